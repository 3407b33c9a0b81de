// SPDX-License-Identifier: Apache-2.0
// Writes the files of the version that it is compiled with into the folder that it is given: of 0.1 all, of
// 0.2 what is new. (No later version writes what these wrote.) In a checkout of that
// version:
//   c++ -std=c++17 -Iinclude -Isrc -I<this folder> generate.cpp <build>/libglissade.a -lhwy -o generate
#include <stdio.h>
#include <stdlib.h>

#include <string>

#include "contents_0_1.hpp"

static_assert(GLS_VERSION_MAJOR == 0 && (GLS_VERSION_MINOR == 1 || GLS_VERSION_MINOR == 2),
              "the versions whose files these are");

namespace {

using namespace glissade;
using namespace glissade::formats_0_1;

using Bytes = std::vector<unsigned char>;

void must(bool what, const char* text) {
  if (what) return;
  fprintf(stderr, "failed: %s\n", text);
  exit(1);
}

void write(const std::string& path, const Bytes& bytes) {
  FILE* const file = fopen(path.c_str(), "wb");
  must(file != nullptr && fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size() && fclose(file) == 0,
       path.c_str());
}

#if GLS_VERSION_MINOR == 1
void append_word(Bytes& bytes, size_t word) {
  for (int k = 0; k < 4; ++k) bytes.push_back(static_cast<unsigned char>(word >> 8 * k));
}

template <class Rule>
void append_record(Bytes& file, const char* name, size_t count) {
  Job<Rule> job(count);
  must(job.steps(1, kSteps) == GLS_OK, name);
  Bytes bytes(saved_bytes<Rule>(count));
  must(job.view().save(job.weights(), job.params, bytes.data(), bytes.size()) == GLS_OK, name);
  Bytes padded_name(name, name + strlen(name));
  padded_name.resize(32);
  file.insert(file.end(), padded_name.begin(), padded_name.end());
  append_word(file, count);
  append_word(file, bytes.size());
  file.insert(file.end(), bytes.begin(), bytes.end());
}

Bytes rules() {
  Bytes file;
#define GLISSADE_RULE(name, Rule, slot_count) append_record<Rule>(file, #name, kWeights);
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
  append_record<AmsGrad>(file, "amsgrad", kManyWeights);
  return file;
}
#endif

void commit(Chip& chip, Job<Adam>& adam, Job<Momentum>& momentum) {
  must(gls_store_begin(&chip.store) == GLS_OK && adam.save_to(chip.store) == GLS_OK &&
           gls_store_put(&chip.store, kOwnBytes, sizeof kOwnBytes - 1) == GLS_OK &&
           momentum.save_to(chip.store) == GLS_OK && gls_store_commit(&chip.store) == GLS_OK,
       "a commit");
}

Bytes store(bool tagged) {
  Chip chip(tagged);
  Job<Adam> adam;
  Job<Momentum> momentum;
  must(chip.open() == GLS_ERROR_EMPTY, "an empty store");
  must(adam.steps(1, kFirstSteps) == GLS_OK && momentum.steps(1, kFirstSteps) == GLS_OK, "the first steps");
  commit(chip, adam, momentum);
  must(adam.steps(kFirstSteps + 1, kSteps) == GLS_OK && momentum.steps(kFirstSteps + 1, kSteps) == GLS_OK,
       "the others");
  commit(chip, adam, momentum);
  return chip.image;
}

Status save_job(void* job, gls_store* store) { return static_cast<Job<Adam>*>(job)->save_to(*store); }
Status restore_job(void* job, gls_store* store) { return static_cast<Job<Adam>*>(job)->restore_from(*store); }

Bytes checkpoint() {
  Chip chip;
  Job<Adam> job;
  must(chip.open() == GLS_ERROR_EMPTY, "an empty store");
  gls_checkpoint checkpoint = {&chip.store, save_job, restore_job, &job, nullptr, nullptr, 0, {}};
  must(gls_checkpoint_start(&checkpoint) == GLS_OK, "the start");
  uint32_t step = 0;
  for (size_t k = 0; k < 3; ++k) {
    gls_verdict verdict;
    must(job.steps(step + 1, kDecidedAfter[k]) == GLS_OK, "steps");
    must(gls_checkpoint_decide(&checkpoint, kLosses[k], kMinDelta, kPatience, &verdict) == GLS_OK,
         "a decision");
    must(verdict == (k == 1 ? GLS_GO_ON : GLS_COMMITTED), "the verdict");
    step = kDecidedAfter[k];
  }
  return chip.image;
}

#if GLS_VERSION_MINOR >= 2
template <class Slots, class Weights = WeightsInFloats>
Bytes slots() {
  SmallJob<Slots, Weights> job;
  must(job.steps(kSteps) == GLS_OK, "steps");
  const Bytes bytes = job.saved();
  must(!bytes.empty(), "saving");
  return bytes;
}

Bytes replay() {
  Chip chip;
  Samples samples;
  must(chip.open() == GLS_ERROR_EMPTY && samples.add(1, 20) == GLS_OK, "samples");
  must(gls_store_begin(&chip.store) == GLS_OK && gls_replay_save_to(&samples.replay, &chip.store) == GLS_OK &&
           gls_store_commit(&chip.store) == GLS_OK,
       "a commit");
  Bytes bytes(chip.store.size);
  must(gls_store_get(&chip.store, bytes.data(), bytes.size()) == GLS_OK, "reading");
  return bytes;
}

Bytes head() {
  Chip chip;
  Head head;
  must(chip.open() == GLS_ERROR_EMPTY && head.start() == GLS_OK && head.learn() == GLS_OK, "a head");
  must(gls_head_commit(&head.head, &chip.store, GLS_HEAD_ALWAYS) == GLS_OK, "a commit");
  Bytes bytes(chip.store.size);
  must(gls_store_get(&chip.store, bytes.data(), bytes.size()) == GLS_OK, "reading");
  return bytes;
}
#endif

}  // namespace

int main(int, char** arguments) {
  const std::string folder = arguments[1];
  const std::string version = "_0_" + std::to_string(GLS_VERSION_MINOR) + ".bin";
#if GLS_VERSION_MINOR == 1
  write(folder + "/rules" + version, rules());
#endif
#if GLS_VERSION_MINOR >= 2
  write(folder + "/slots_8bit" + version, slots<SlotsIn8Bits>());
  write(folder + "/slots_bfloat16" + version, slots<SlotsInBfloat16>());
  write(folder + "/weights_float" + version, slots<SlotsInFloats, WeightsInBfloat16>());
  write(folder + "/weights_8bit" + version, slots<SlotsIn8Bits, WeightsInBfloat16>());
  write(folder + "/weights_bfloat16" + version, slots<SlotsInBfloat16, WeightsInBfloat16>());
  write(folder + "/replay" + version, replay());
  write(folder + "/head" + version, head());
#endif
  write(folder + "/store" + version, store(false));
  write(folder + "/store_tagged" + version, store(true));
  write(folder + "/checkpoint" + version, checkpoint());
}
