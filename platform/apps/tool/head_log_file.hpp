// SPDX-License-Identifier: Apache-2.0
// The log of a head's training (README.md here has the format), read and checked as a whole.
#ifndef GLISSADE_PLATFORM_LINUX_HEAD_LOG_FILE_HPP
#define GLISSADE_PLATFORM_LINUX_HEAD_LOG_FILE_HPP

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "apps/tool/lines.hpp"
#include "glissade/layers/head.h"

namespace glissade {

// What is behind a line's word: fields of the form name=value, each of which must be taken.
class NamedFields {
 public:
  explicit NamedFields(const std::vector<Field>& words);  // the first is the line's own

  Field take(const std::string& name);
  uint32_t whole(const std::string& name, uint32_t least, uint32_t most);
  int32_t integer(const std::string& name, int32_t least, int32_t most);
  double real(const std::string& name);
  std::vector<std::pair<std::string, Field>> rest();  // all that were not taken
  void end();                                         // throws where one was not taken

 private:
  std::string where_;
  std::vector<std::pair<std::string, Field>> fields_;
};

// A line that is a call.
struct HeadCall {
  enum What { kStart, kRestore, kObserve, kSet, kTrainBegin, kTrain, kAccept, kCommit, kDiscard, kCrc };
  What what;
  std::string where, name;       // name: of the line's word; of kSet the parameter's
  std::vector<int8_t> features;  // of kObserve
  std::vector<float> targets;    // of kObserve, where the head has no classes
  double value = 0.0;            // of kSet
  // Of kStart the setup, of kObserve the class; epochs, pieces (0: all), the condition, the CRC.
  uint32_t number = 0;
};

// What a device starts with: the lines in front of a start.
struct HeadSetup {
  gls_head head = {};  // its fields
  std::string rule;    // "momentum:momentum=0.9"
  bool shipped = false;
  gls_int8_dense layer = {};  // the shipped one, but for its pointers
  std::vector<int8_t> weights;
  std::vector<int32_t> biases;
  std::vector<float> scales;

  bool needs_row() const { return biases.size() < layer.output_count; }
  void read_head(NamedFields fields);
  void read_rule(NamedFields fields);
  void read_shipped(NamedFields fields);
  void read_row(NamedFields fields);
};

struct HeadLog {
  // Throws std::runtime_error, with file, line and column, for anything unknown, missing, given twice, out of
  // range, or not in its place.
  HeadLog(const std::string& file, const std::string& text);

  // Does a file begin with a word, as no JSON file does?
  static bool is_one(const std::string& text);

  std::string path;
  std::deque<HeadSetup> setups;  // one, and another one for each update of the device
  std::vector<HeadCall> calls;

 private:
  enum Next { kHead, kRule, kShipped, kStart, kCalls };  // the line that may come next

  Next read(const std::vector<Field>& words, Next next);
  void read_call(const std::vector<Field>& words);
  void read_set(const std::vector<Field>& words, HeadCall& call) const;
  void read_sample(const std::vector<Field>& words, HeadCall& call) const;
};

// Runs a log on the active backend. Throws std::runtime_error, with file, line and column, where a call
// fails. Returns whether all CRCs are those of the log, and prints a line. state: null, or for what
// gls_head_commit commits at the end.
struct HeadLogResult {
  bool same = true;
  size_t compared = 0;
};
HeadLogResult run_head_log(const HeadLog& log, std::string* state = nullptr);

}  // namespace glissade

#endif
