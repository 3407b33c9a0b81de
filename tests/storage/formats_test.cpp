// SPDX-License-Identifier: Apache-2.0
// What a released version wrote is read for ever, to the last bit. data/formats/README.md says what the files
// hold; formats_list.sh checks that it lists every format.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "contents_0_1.hpp"

namespace {

using namespace glissade;
using namespace glissade::formats_0_1;

using Bytes = std::vector<unsigned char>;

Bytes bytes_of(const std::string& name) {
  std::ifstream file(GLISSADE_FORMATS "/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

uint32_t word_at(const Bytes& bytes, size_t at) {
  uint32_t word = 0;
  for (size_t k = 0; k < 4; ++k) word |= static_cast<uint32_t>(bytes.at(at + k)) << 8 * k;
  return word;
}
void set_word(Bytes& bytes, size_t at, uint32_t word) {
  for (size_t k = 0; k < 4; ++k) bytes.at(at + k) = static_cast<unsigned char>(word >> 8 * k);
}

// The same saved bytes with another word in their head: every checksum is right.
Bytes with_word(Bytes bytes, size_t index, uint32_t word) {
  set_word(bytes, 4 * index, word);
  uint32_t all = 0;
  size_t at = 0;
  while (at + 8 < bytes.size()) {
    const size_t block = std::min<size_t>(1024, bytes.size() - 8 - at);
    set_word(bytes, at + block, gls_crc32(0, &bytes[at], block));
    all = gls_crc32(all, &bytes[at + block], 4);
    at += block + 4;
  }
  set_word(bytes, bytes.size() - 4, all);
  return bytes;
}

// What the version of the file would have saved: the number of a version is all that may differ.
template <class Rule>
Bytes saved_by(uint32_t version, Job<Rule>& job, size_t size) {
  Bytes bytes(size);
  EXPECT_EQ(job.view().save(job.weights(), job.params, bytes.data(), size), GLS_OK);
  return with_word(bytes, 1, version);
}

// A job that knows nothing of the one that was saved.
template <class Rule>
Job<Rule> stranger(size_t count = kWeights) {
  Job<Rule> job(count);
  job.params = {};
  job.state.step = 77;
  std::fill(job.buffers.begin(), job.buffers.end(), 77.0f);
  return job;
}

struct Record {
  std::string rule;
  uint32_t count;
  Bytes bytes;
};

std::vector<Record> records() {
  const Bytes file = bytes_of("rules_0_1.bin");
  std::vector<Record> result;
  const auto part = [&](size_t from, size_t to) {
    return Bytes(file.begin() + static_cast<long>(from), file.begin() + static_cast<long>(to));
  };
  for (size_t at = 0; at + 40 <= file.size();) {
    const Bytes name = part(at, at + 32);
    const size_t end = std::min<size_t>(file.size(), at + 40 + word_at(file, at + 36));
    const std::string padded(name.begin(), name.end());
    result.push_back(
        {padded.substr(0, padded.find_last_not_of('\0') + 1), word_at(file, at + 32), part(at + 40, end)});
    at = end;
  }
  return result;
}

// The hyper-parameters that a rule's file holds with another value than the default.
template <class Rule>
void note_values(std::set<std::string>& seen) {
  const Job<Rule> job;
#define GLISSADE_VALUE(field, value) \
  if (!same_##field(job.params, typename Rule::Params{}, 0)) seen.insert(#field);
  GLISSADE_VALUES(GLISSADE_VALUE)
#undef GLISSADE_VALUE
}

template <class Rule>
void check_record(const Record& record) {
  ASSERT_LE(record.count, kManyWeights);
  Job<Rule> expected(record.count), restored = stranger<Rule>(record.count);
  ASSERT_EQ(expected.steps(1, kSteps), GLS_OK);
  const Job<Rule> before = restored;
  const auto restore = [&](const Bytes& bytes) {
    return restored.view().restore(restored.weights(), restored.params, bytes.data(), bytes.size());
  };
  EXPECT_EQ(restore(with_word(record.bytes, 0, 0x0b534c47)), GLS_ERROR_MISMATCH) << "GLS\\11, a later format";
  EXPECT_TRUE(restored == before);
  EXPECT_EQ(restore(record.bytes), GLS_OK);
  EXPECT_TRUE(restored == expected);
  EXPECT_EQ(word_at(record.bytes, 4), kVersion);
  EXPECT_EQ(saved_by(kVersion, restored, record.bytes.size()), record.bytes);
}

TEST(Formats, EveryRuleOf01IsRead) {
  std::map<std::string, void (*)(const Record&)> checks;
  std::map<std::string, void (*)(std::set<std::string>&)> notes;
#define GLISSADE_RULE(name, Rule, slot_count) \
  checks[#name] = check_record<Rule>;         \
  notes[#name] = note_values<Rule>;
#include "optimizer/rules.inc"
#undef GLISSADE_RULE
  const std::vector<Record> all = records();
  EXPECT_EQ(all.size(), kRecords);
  std::set<std::string> names, values;
  for (const Record& record : all) {
    SCOPED_TRACE(record.rule);
    ASSERT_EQ(checks.count(record.rule), 1u) << "a rule that was released is gone";
    checks[record.rule](record);
    notes[record.rule](values);
    names.insert(record.rule);
  }
  EXPECT_EQ(names.size(), kRecords - 1);  // AMSGrad is there twice
#define GLISSADE_VALUE(field, value) EXPECT_EQ(values.count(#field), 1u) << "no rule has another " #field;
  GLISSADE_VALUES(GLISSADE_VALUE)
#undef GLISSADE_VALUE
}

struct Jobs {
  Job<Adam> adam;
  Job<Momentum> momentum;

  explicit Jobs(uint32_t steps) {
    EXPECT_EQ(adam.steps(1, steps), GLS_OK);
    EXPECT_EQ(momentum.steps(1, steps), GLS_OK);
  }
};

constexpr size_t kAdamBytes = 192, kMomentumBytes = 156;

// What a commit of 0.2 put.
constexpr uint32_t kVersion02 = 0x000200;
Bytes put_by_0_2(Jobs& jobs) {
  Bytes bytes = saved_by(kVersion02, jobs.adam, kAdamBytes);
  bytes.insert(bytes.end(), kOwnBytes, kOwnBytes + sizeof kOwnBytes - 1);
  const Bytes second = saved_by(kVersion02, jobs.momentum, kMomentumBytes);
  bytes.insert(bytes.end(), second.begin(), second.end());
  return bytes;
}

void commit(gls_store& store, const Bytes& bytes) {
  EXPECT_EQ(gls_store_begin(&store), GLS_OK);
  EXPECT_EQ(gls_store_put(&store, bytes.data(), bytes.size()), GLS_OK);
  EXPECT_EQ(gls_store_commit(&store), GLS_OK);
}

// The open store's state is that after so many steps.
void check_state(gls_store& store, uint32_t steps) {
  Jobs expected(steps);
  Job<Adam> adam = stranger<Adam>();
  Job<Momentum> momentum = stranger<Momentum>();
  std::string own(sizeof kOwnBytes - 1, ' ');
  EXPECT_EQ(adam.restore_from(store), GLS_OK);
  EXPECT_EQ(gls_store_get(&store, &own[0], own.size()), GLS_OK);
  EXPECT_EQ(momentum.restore_from(store), GLS_OK);
  EXPECT_TRUE(adam == expected.adam);
  EXPECT_TRUE(momentum == expected.momentum);
  EXPECT_EQ(own, kOwnBytes);
}

void load(Chip& chip, const Bytes& image) {
  ASSERT_EQ(image.size(), chip.image.size());
  std::copy(image.begin(), image.end(), chip.image.begin());
}

struct StoreFile {
  const char* name;
  bool tagged;
  size_t newer;  // where in the file the newer state begins
};
constexpr StoreFile kStoreFiles[] = {{"store_0_1.bin", false, 0},
                                     {"store_tagged_0_1.bin", true, 0},
                                     {"store_0_2.bin", false, 1024 + 20},
                                     {"store_tagged_0_2.bin", true, 1024 + 20}};

class StoreOf : public testing::TestWithParam<StoreFile> {
 protected:
  const bool tagged = GetParam().tagged;
  const Bytes image = bytes_of(GetParam().name);
};

TEST_P(StoreOf, IsRead) {
  Chip chip(tagged);
  load(chip, image);
  EXPECT_EQ(chip.open(), GLS_OK);
  EXPECT_EQ(chip.store.sequence, 2u);
  check_state(chip.store, kSteps);
}

TEST_P(StoreOf, HoldsTheOlderStateToo) {
  Chip chip(tagged);
  load(chip, image);
  chip.image[GetParam().newer] ^= 1;
  EXPECT_EQ(chip.open(), GLS_OK);
  EXPECT_EQ(chip.store.sequence, 1u);
  check_state(chip.store, kFirstSteps);
}

TEST_P(StoreOf, TakesACommitOfThisVersion) {
  Chip chip(tagged);
  load(chip, image);
  Jobs jobs(kSteps);
  EXPECT_EQ(chip.open(), GLS_OK);
  EXPECT_EQ(gls_store_begin(&chip.store), GLS_OK);
  EXPECT_EQ(jobs.adam.save_to(chip.store), GLS_OK);
  EXPECT_EQ(gls_store_put(&chip.store, kOwnBytes, sizeof kOwnBytes - 1), GLS_OK);
  EXPECT_EQ(jobs.momentum.save_to(chip.store), GLS_OK);
  EXPECT_EQ(gls_store_commit(&chip.store), GLS_OK);
  EXPECT_EQ(chip.open(), GLS_OK);
  EXPECT_EQ(chip.store.sequence, 3u);
  check_state(chip.store, kSteps);
}

TEST_P(StoreOf, OfALaterFormatIsNotRead) {
  Chip chip(tagged);
  load(chip, image);
  for (const size_t slot : {size_t{0}, size_t{1024}}) {  // "GLS\x09", with the right CRC
    unsigned char* const header = &chip.image[slot + 1024 - 56];
    header[3] = 9;
    const uint32_t crc = gls_crc32(0, header, 48);
    for (int k = 0; k < 4; ++k) header[48 + k] = static_cast<unsigned char>(crc >> 8 * k);
  }
  const Bytes before = chip.image;
  EXPECT_EQ(chip.open(), GLS_ERROR_MISMATCH);
  EXPECT_EQ(gls_store_begin(&chip.store), GLS_ERROR_ORDER);
  EXPECT_EQ(chip.image, before);
}

// Firmware that meets a later one's newest state can go back to the older one, which is still there.
TEST_P(StoreOf, HoldsTheOlderStateBesideALaterFormat) {
  Chip chip(tagged);
  load(chip, image);
  unsigned char* const header = &chip.image[(GetParam().newer < 1024 ? 0 : 1024) + 1024 - 56];
  header[3] = 9;
  const uint32_t crc = gls_crc32(0, header, 48);
  for (int k = 0; k < 4; ++k) header[48 + k] = static_cast<unsigned char>(crc >> 8 * k);
  EXPECT_EQ(chip.open(), GLS_ERROR_MISMATCH);
  EXPECT_EQ(gls_store_open_older(&chip.store, &chip.flash), GLS_OK);
  EXPECT_EQ(chip.store.sequence, 1u);
  EXPECT_EQ(gls_store_begin(&chip.store), GLS_ERROR_OLDER);
  EXPECT_EQ(gls_store_rewind(&chip.store), GLS_OK);
  check_state(chip.store, kFirstSteps);
  EXPECT_EQ(gls_store_accept_older(&chip.store), GLS_OK);
  Jobs jobs(kSteps);
  commit(chip.store, put_by_0_2(jobs));
  EXPECT_EQ(chip.open(), GLS_OK) << "over the later format's";
  check_state(chip.store, kSteps);
}

std::string name_of(const testing::TestParamInfo<StoreFile>& file) {
  const std::string name = file.param.name;
  return name.substr(0, name.size() - 4);
}
INSTANTIATE_TEST_SUITE_P(Formats, StoreOf, testing::ValuesIn(kStoreFiles), name_of);

class StoreOf02 : public testing::TestWithParam<bool> {};
TEST_P(StoreOf02, IsMadeAgainByteForByte) {
  Chip chip(GetParam());
  EXPECT_EQ(chip.open(), GLS_ERROR_EMPTY);
  for (const uint32_t steps : {kFirstSteps, kSteps}) {
    Jobs jobs(steps);
    commit(chip.store, put_by_0_2(jobs));
  }
  EXPECT_EQ(chip.image, bytes_of(GetParam() ? "store_tagged_0_2.bin" : "store_0_2.bin"));
}
INSTANTIATE_TEST_SUITE_P(Formats, StoreOf02, testing::Bool());

TEST(Formats, ATagOf01IsCompared) {
  Chip chip(true);
  load(chip, bytes_of("store_tagged_0_1.bin"));
  chip.keyed.key ^= 1;
  EXPECT_EQ(chip.open(), GLS_ERROR_FORGED);
}

// What a checkpoint of 0.2 saves beside its own bytes.
Status save_as_0_2(void* job, gls_store* store) {
  const Bytes bytes = saved_by(kVersion02, *static_cast<Job<Adam>*>(job), kAdamBytes);
  return gls_store_put(store, bytes.data(), bytes.size());
}
Status restore_job(void* job, gls_store* store) { return static_cast<Job<Adam>*>(job)->restore_from(*store); }

class CheckpointOf : public testing::TestWithParam<const char*> {};
TEST_P(CheckpointOf, IsRead) {
  Chip chip;
  load(chip, bytes_of(GetParam()));
  Job<Adam> expected, job = stranger<Adam>();
  EXPECT_EQ(expected.steps(1, kSteps), GLS_OK);
  EXPECT_EQ(chip.open(), GLS_OK);
  EXPECT_EQ(chip.store.sequence, 3u);
  gls_checkpoint checkpoint = {&chip.store, save_as_0_2, restore_job, &job, nullptr, nullptr, 0, {}};
  EXPECT_EQ(gls_checkpoint_start(&checkpoint), GLS_OK);
  EXPECT_TRUE(job == expected);
  const auto& [best, best_number, losses, waiting] = checkpoint.stopping;
  EXPECT_EQ(best, kLosses[2]);
  EXPECT_EQ(best_number, 3u);
  EXPECT_EQ(losses, 3u);
  EXPECT_EQ(waiting, 0u);
}
INSTANTIATE_TEST_SUITE_P(Formats, CheckpointOf, testing::Values("checkpoint_0_1.bin", "checkpoint_0_2.bin"));

TEST(Formats, CheckpointOf02IsMadeAgainByteForByte) {
  Chip chip;
  Job<Adam> job;
  EXPECT_EQ(chip.open(), GLS_ERROR_EMPTY);
  gls_checkpoint checkpoint = {&chip.store, save_as_0_2, restore_job, &job, nullptr, nullptr, 0, {}};
  EXPECT_EQ(gls_checkpoint_start(&checkpoint), GLS_OK);
  uint32_t step = 0;
  for (size_t k = 0; k < 3; ++k) {
    gls_verdict verdict;
    EXPECT_EQ(job.steps(step + 1, kDecidedAfter[k]), GLS_OK);
    EXPECT_EQ(gls_checkpoint_decide(&checkpoint, kLosses[k], kMinDelta, kPatience, &verdict), GLS_OK);
    step = kDecidedAfter[k];
  }
  EXPECT_EQ(chip.image, bytes_of("checkpoint_0_2.bin"));
}

template <class Slots, class Weights = WeightsInFloats>
void check_small_job(const char* file) {
  SmallJob<Slots, Weights> expected, job;
  const Bytes bytes = bytes_of(file);
  ASSERT_EQ(expected.steps(kSteps), GLS_OK);
  job.params = {};
  ASSERT_EQ(job.optimizer.restore(job.weights, job.params, bytes.data(), bytes.size()), GLS_OK);
  EXPECT_EQ(memcmp(&job.optimizer, &expected.optimizer, sizeof job.optimizer), 0);
  EXPECT_EQ(memcmp(job.weights, expected.weights, sizeof job.weights), 0);
  EXPECT_EQ(with_word(job.saved(), 1, kVersion02), bytes);
}
TEST(Formats, SlotsInFewerBytesOf02AreReadAndMadeAgain) {
  check_small_job<SlotsIn8Bits>("slots_8bit_0_2.bin");
  check_small_job<SlotsInBfloat16>("slots_bfloat16_0_2.bin");
}
TEST(Formats, WeightsInBfloat16Of02AreReadAndMadeAgain) {
  check_small_job<SlotsInFloats, WeightsInBfloat16>("weights_float_0_2.bin");
  check_small_job<SlotsIn8Bits, WeightsInBfloat16>("weights_8bit_0_2.bin");
  check_small_job<SlotsInBfloat16, WeightsInBfloat16>("weights_bfloat16_0_2.bin");
}

TEST(Formats, HeadOf02IsReadAndMadeAgain) {
  Chip chip, again;
  Head expected, head;
  const auto bytes = bytes_of("head_0_2.bin");
  ASSERT_EQ(head.start(), GLS_OK);
  ASSERT_EQ(chip.open(), GLS_ERROR_EMPTY);
  ASSERT_EQ(gls_store_begin(&chip.store), GLS_OK);
  ASSERT_EQ(gls_store_put(&chip.store, bytes.data(), bytes.size()), GLS_OK);
  ASSERT_EQ(gls_store_commit(&chip.store), GLS_OK);
  ASSERT_EQ(gls_head_restore_from(&head.head, &chip.store), GLS_OK);
  ASSERT_EQ(again.open(), GLS_ERROR_EMPTY);
  ASSERT_EQ(expected.start(), GLS_OK);
  ASSERT_EQ(expected.learn(), GLS_OK);
  ASSERT_EQ(gls_head_commit(&expected.head, &again.store, GLS_HEAD_ALWAYS), GLS_OK);
  const gls_head &a = head.head, &b = expected.head;
  EXPECT_EQ(memcmp(a.optimizer.weights, b.optimizer.weights, sizeof(float) * b.optimizer.count), 0);
  EXPECT_EQ(memcmp(a.layers[a.in_use].weights, b.layers[b.in_use].weights, 6), 0);
  EXPECT_EQ(a.layers[a.in_use].output_scale, b.layers[b.in_use].output_scale);
  EXPECT_EQ(a.train.count, b.train.count);
  EXPECT_EQ(a.held.count, b.held.count);
  std::vector<unsigned char> made(again.store.size);
  ASSERT_EQ(gls_store_get(&again.store, made.data(), made.size()), GLS_OK);
  EXPECT_EQ(made, bytes);
}

TEST(Formats, ReplayOf02IsReadAndMadeAgain) {
  Chip chip;
  Samples expected, samples;
  const auto bytes = bytes_of("replay_0_2.bin");
  ASSERT_EQ(expected.add(1, 20), GLS_OK);
  ASSERT_EQ(chip.open(), GLS_ERROR_EMPTY);
  ASSERT_EQ(gls_store_begin(&chip.store), GLS_OK);
  ASSERT_EQ(gls_store_put(&chip.store, bytes.data(), bytes.size()), GLS_OK);
  ASSERT_EQ(gls_store_commit(&chip.store), GLS_OK);
  samples.replay.seed = 0;
  ASSERT_EQ(gls_replay_restore_from(&samples.replay, &chip.store), GLS_OK);
  EXPECT_EQ(memcmp(samples.samples, expected.samples, sizeof samples.samples), 0);
  EXPECT_EQ(memcmp(samples.labels, expected.labels, sizeof samples.labels), 0);
  EXPECT_EQ(samples.replay.seed, expected.replay.seed);
  EXPECT_EQ(samples.replay.count, 7u);
  EXPECT_EQ(samples.replay.old, expected.replay.old);
  EXPECT_EQ(samples.replay.added, 20u);
  ASSERT_EQ(gls_store_begin(&chip.store), GLS_OK);
  ASSERT_EQ(gls_replay_save_to(&samples.replay, &chip.store), GLS_OK);
  ASSERT_EQ(gls_store_commit(&chip.store), GLS_OK);
  std::vector<unsigned char> again(chip.store.size);
  ASSERT_EQ(gls_store_get(&chip.store, again.data(), again.size()), GLS_OK);
  EXPECT_EQ(again, bytes);
}

}  // namespace
