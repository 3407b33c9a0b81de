// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/head_log_file.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/text.hpp"

namespace glissade {
namespace {

[[noreturn]] void fail(const Field& field, const std::string& what) {
  throw std::runtime_error(field.where + ": " + what);
}

// A line's words, between blanks.
std::vector<Field> words_of(const Field& line) {
  const size_t colon = line.where.rfind(':');
  const size_t column = std::stoul(line.where.substr(colon + 1));
  std::vector<Field> words;
  for (size_t at = 0; at < line.text.size();) {
    const size_t begin = line.text.find_first_not_of(" \t", at);
    at = std::min(line.text.find_first_of(" \t", begin), line.text.size());
    words.push_back({line.text.substr(begin, at - begin),
                     line.where.substr(0, colon + 1) + std::to_string(column + begin)});
  }
  return words;
}

// The digits behind 0x; none where there is no 0x.
std::string bits_of(const Field& field) {
  if (field.text.compare(0, 2, "0x") != 0) return "";
  const std::string digits = field.text.substr(2);
  if ((digits.size() != 8 && digits.size() != 16) ||
      digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
    fail(field, quoted(field.text) + ": behind 0x belong 8 or 16 hexadecimal digits");
  }
  return digits;
}

uint64_t long_word(const std::string& digits, const std::string& where) {
  const std::string padded = std::string(16 - digits.size(), '0') + digits;
  return uint64_t{parse_word(padded.substr(0, 8), where)} << 32 | parse_word(padded.substr(8), where);
}

// A decimal number, or the bits of a float or a double.
double real_of(const Field& field) {
  const std::string digits = bits_of(field);
  if (digits.empty()) return parse_number<double>(field.text, field.where);
  const uint64_t bits = long_word(digits, field.where);
  double value;
  std::memcpy(&value, &bits, sizeof value);
  if (digits.size() == 8) {
    const auto word = static_cast<uint32_t>(bits);
    float single;
    std::memcpy(&single, &word, sizeof single);
    value = static_cast<double>(single);
  }
  return value;
}

// The shortest decimal that is this number.
std::string decimal(double value) {
  char digits[40];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

std::vector<int8_t> bytes_of(const Field& field, size_t count) {
  if (field.text.size() != 2 * count ||
      field.text.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
    fail(field, "not " + std::to_string(count) + " bytes of 2 hexadecimal digits");
  }
  std::vector<int8_t> bytes;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t byte = parse_word("000000" + field.text.substr(2 * i, 2), field.where);
    bytes.push_back(static_cast<int8_t>(static_cast<uint8_t>(byte)));
  }
  return bytes;
}

const std::pair<const char*, const gls_head_kind*> kKinds[] = {{"classes", &gls_head_classes},
                                                               {"answers", &gls_head_answers},
                                                               {"values", &gls_head_values},
                                                               {"autoencoder", &gls_head_autoencoder}};

struct CallWord {
  const char* word;
  HeadCall::What what;
  size_t words;          // with itself; 0: it has its own way
  uint32_t least, most;  // of its number
};
constexpr CallWord kCallWords[] = {{"start", HeadCall::kStart, 1, 0, 0},
                                   {"restore", HeadCall::kRestore, 1, 0, 0},
                                   {"observe", HeadCall::kObserve, 0, 0, 0},
                                   {"set", HeadCall::kSet, 0, 0, 0},
                                   {"train_begin", HeadCall::kTrainBegin, 2, 1, UINT32_MAX},
                                   {"train", HeadCall::kTrain, 2, 1, UINT32_MAX},
                                   {"accept", HeadCall::kAccept, 2, 0, GLS_HEAD_ALWAYS},
                                   {"commit", HeadCall::kCommit, 2, 0, GLS_HEAD_ALWAYS},
                                   {"discard", HeadCall::kDiscard, 1, 0, 0},
                                   {"crc", HeadCall::kCrc, 0, 0, 0}};

void expect_words(const std::vector<Field>& words, size_t count) {
  if (words.size() < count) fail(words.back(), "something is missing behind " + quoted(words.back().text));
  if (words.size() > count) fail(words[count], quoted(words[count].text) + " has no place here");
}

}  // namespace

NamedFields::NamedFields(const std::vector<Field>& words) : where_(words[0].where) {
  for (size_t i = 1; i < words.size(); ++i) {
    const size_t equals = words[i].text.find('=');
    if (equals == std::string::npos || equals == 0)
      fail(words[i], quoted(words[i].text) + ": not as in name=value");
    const std::string name = words[i].text.substr(0, equals);
    for (const auto& known : fields_) {
      if (known.first == name) fail(words[i], quoted(name) + " a second time");
    }
    fields_.emplace_back(name, Field{words[i].text.substr(equals + 1), words[i].where});
  }
}

Field NamedFields::take(const std::string& name) {
  const auto found = std::find_if(fields_.begin(), fields_.end(),
                                  [&name](const auto& field) { return field.first == name; });
  if (found == fields_.end()) throw std::runtime_error(where_ + ": " + name + " is missing");
  const Field field = found->second;
  fields_.erase(found);
  return field;
}

uint32_t NamedFields::whole(const std::string& name, uint32_t least, uint32_t most) {
  const Field field = take(name);
  return parse_within(field.text, field.where + ": " + name, least, most);
}

int32_t NamedFields::integer(const std::string& name, int32_t least, int32_t most) {
  const Field field = take(name);
  return parse_within<int>(field.text, field.where + ": " + name, least, most);
}

double NamedFields::real(const std::string& name) { return real_of(take(name)); }

std::vector<std::pair<std::string, Field>> NamedFields::rest() { return std::move(fields_); }

void NamedFields::end() {
  if (!fields_.empty()) fail(fields_[0].second, quoted(fields_[0].first) + " has no place here");
}

bool HeadLog::is_one(const std::string& text) {
  Lines lines("", text);
  const std::vector<Field> first = lines.next();
  return !first.empty() && first[0].text[0] >= 'a' && first[0].text[0] <= 'z';
}

HeadLog::HeadLog(const std::string& file, const std::string& text) : path(file) {
  Lines lines(file, text);
  Next next = kHead;
  for (std::vector<Field> fields = lines.next(); !fields.empty(); fields = lines.next()) {
    if (fields.size() > 1) fail(fields[1], "there is a comma in front of this");
    next = read(words_of(fields[0]), next);
  }
  if (next != kCalls) throw std::runtime_error(lines.where() + ": the log ends early");
}

HeadLog::Next HeadLog::read(const std::vector<Field>& words, Next next) {
  const std::string& word = words[0].text;
  if (word == "head" && (next == kHead || next == kCalls)) {
    setups.emplace_back().read_head(NamedFields(words));
    return kRule;
  }
  if (next == kCalls) {
    read_call(words);
    return kCalls;
  }
  if (word == "rule" && next == kRule) {
    setups.back().read_rule(NamedFields(words));
    return kShipped;
  }
  if (word == "shipped" && next == kShipped) {
    setups.back().read_shipped(NamedFields(words));
    return kStart;
  }
  if (word == "row" && next == kStart && setups.back().needs_row()) {
    setups.back().read_row(NamedFields(words));
    return kStart;
  }
  if (word != "start" || next < kShipped) fail(words[0], quoted(word) + " has no place here");
  const HeadSetup& setup = setups.back();
  if (setup.needs_row()) {
    fail(words[0],
         std::to_string(setup.biases.size()) + " rows, not " + std::to_string(setup.layer.output_count));
  }
  read_call(words);
  return kCalls;
}

void HeadSetup::read_head(NamedFields fields) {
  const Field kind = fields.take("kind");
  for (const auto& [name, value] : kKinds) {
    if (kind.text == name) head.kind = value;
  }
  if (head.kind == nullptr) fail(kind, quoted(kind.text) + " is no kind of a head");
  constexpr uint32_t kMost = 65535;
  head.inputs = fields.whole("inputs", 1, kMost);
  head.outputs = fields.whole("outputs", 1, head.kind == &gls_head_classes ? 256 : kMost);
  head.samples = fields.whole("samples", 1, kMost + 1);
  head.held_back = fields.whole("held_back", 0, kMost);
  head.batch = fields.whole("batch", 0, GLS_HEAD_BATCH_MOST);
  head.scales = fields.whole("scales", 0, head.outputs);
  head.rounding = static_cast<gls_int8_rounding>(fields.whole("rounding", 0, 1));
  head.input_scale = static_cast<float>(fields.real("input_scale"));
  head.input_zero = fields.integer("input_zero", -128, 127);
  head.model = fields.whole("model", 0, UINT32_MAX);
  const Field seed = fields.take("seed");
  const std::string digits = bits_of(seed);
  head.seed = digits.empty() ? parse_number<uint32_t>(seed.text, seed.where) : long_word(digits, seed.where);
  fields.end();
}

void HeadSetup::read_rule(NamedFields fields) {
  const Field name = fields.take("name");
  rule = name.text;
  char separator = ':';
  for (const auto& [parameter, field] : fields.rest()) {
    rule += separator + parameter + "=" + decimal(real_of(field));
    separator = ',';
  }
  try {
    (void)make_rule(rule, 0);
  } catch (const std::runtime_error& error) {
    fail(name, error.what());
  }
}

void HeadSetup::read_shipped(NamedFields fields) {
  shipped = true;
  layer.output_count = fields.whole("outputs", 1, head.outputs);
  layer.output_scale = static_cast<float>(fields.real("output_scale"));
  layer.output_zero = fields.integer("output_zero", -128, 127);
  layer.activation = static_cast<gls_int8_activation>(fields.whole("activation", 0, GLS_INT8_RELU6));
  fields.end();
}

void HeadSetup::read_row(NamedFields fields) {
  biases.push_back(fields.integer("bias", INT32_MIN, INT32_MAX));
  scales.push_back(static_cast<float>(fields.real("scale")));
  const std::vector<int8_t> row = bytes_of(fields.take("weights"), head.inputs);
  weights.insert(weights.end(), row.begin(), row.end());
  fields.end();
}

void HeadLog::read_set(const std::vector<Field>& words, HeadCall& call) const {
  expect_words(words, 2);
  const auto parameter = NamedFields(words).rest()[0];
  call.name = parameter.first;
  call.value = real_of(parameter.second);
  try {
    make_rule(setups.back().rule, 0)->set(call.name, call.value);
  } catch (const std::runtime_error& error) {
    fail(words[1], error.what());
  }
}

void HeadLog::read_call(const std::vector<Field>& words) {
  const auto* const known =
      std::find_if(std::begin(kCallWords), std::end(kCallWords),
                   [&words](const CallWord& call) { return words[0].text == call.word; });
  if (known == std::end(kCallWords)) fail(words[0], quoted(words[0].text) + " is no call of a head");
  HeadCall call = {known->what, words[0].where, words[0].text, {}, {}};
  if (known->what == HeadCall::kObserve) {
    read_sample(words, call);
  } else if (known->what == HeadCall::kSet) {
    read_set(words, call);
  } else if (known->what == HeadCall::kCrc) {
    expect_words(words, 2);
    call.number = parse_word(words[1].text, words[1].where);
  } else {
    const bool to_its_end = known->what == HeadCall::kTrain && words.size() == 1;
    expect_words(words, to_its_end ? 1 : known->words);
    if (words.size() == 2)
      call.number = parse_within(words[1].text, words[1].where, known->least, known->most);
  }
  if (known->what == HeadCall::kStart) call.number = static_cast<uint32_t>(setups.size() - 1);
  calls.push_back(call);
}

void HeadLog::read_sample(const std::vector<Field>& words, HeadCall& call) const {
  const gls_head& head = setups.back().head;
  const bool classes = head.kind == &gls_head_classes;
  const uint32_t labels = classes ? 1 : head.kind == &gls_head_autoencoder ? 0 : head.outputs;
  expect_words(words, 2 + size_t{labels});
  call.features = bytes_of(words[1], head.inputs);
  if (classes) {
    call.number = parse_within(words[2].text, words[2].where, 0u, head.outputs - 1);
    return;
  }
  for (size_t k = 2; k < words.size(); ++k) call.targets.push_back(static_cast<float>(real_of(words[k])));
}

}  // namespace glissade
