// SPDX-License-Identifier: Apache-2.0
// A shipped key-word model's head learns ten words from one speaker: how many it gets right, in float and in
// int8; and how many of other speakers' words it still gets right, with replay and without. Where the
// features of recordings are beside the clone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <vector>

#include "glissade/glissade.h"

namespace {

constexpr uint32_t kFeatures = 64, kWords = 10, kRecordings = 50, kSpeakers = 6, kLearned = 5,
                   kFirstTested = 20;
constexpr float kScale = 0.0802362f;
constexpr int32_t kZero = -128;
// The file's head.
constexpr float kWeightScale = 0.00838575512f, kOutputScale = 0.14469251f;
constexpr int32_t kOutputZero = 14;

class KeyWords : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file(GLISSADE_KWS "/features.bin", std::ios::binary);
    if (!file) GTEST_SKIP() << "skipped: there is no " GLISSADE_KWS "/features.bin";
    file.read(reinterpret_cast<char*>(features_.data()), static_cast<std::streamsize>(features_.size()));
    ASSERT_EQ(file.gcount(), static_cast<std::streamsize>(features_.size()));
  }
  const int8_t* features(uint32_t speaker, uint32_t word, uint32_t recording) const {
    return &features_[((speaker * kWords + word) * kRecordings + recording) * kFeatures];
  }
  // Of the words that the head was not taught with, how many it knows: by its float weights, by its int8
  // layer, and by another one.
  struct Known {
    double in_float, in_int8, by_other;
  };
  Known known(const gls_head& head, uint32_t speaker, const gls_int8_dense* other = nullptr) const {
    Known known = {0.0, 0.0, 0.0};
    for (uint32_t word = 0; word < kWords; ++word) {
      for (uint32_t recording = kFirstTested; recording < kRecordings; ++recording) {
        float logits[kWords];
        int8_t outputs[kWords];
        const gls_int8_inputs inputs = {features(speaker, word, recording), 1, nullptr, kScale, kZero};
        EXPECT_EQ(gls_dense_forward_int8(head.optimizer.weights, &inputs, logits, 1, kFeatures, kWords),
                  GLS_OK);
        EXPECT_EQ(gls_head_predict(&head, inputs.values, outputs), GLS_OK);
        known.in_float += std::max_element(logits, logits + kWords) - logits == static_cast<long>(word);
        known.in_int8 += std::max_element(outputs, outputs + kWords) - outputs == static_cast<long>(word);
        if (other == nullptr) continue;
        EXPECT_EQ(gls_int8_dense_forward(other, inputs.values, outputs, 1), GLS_OK);
        known.by_other += std::max_element(outputs, outputs + kWords) - outputs == static_cast<long>(word);
      }
    }
    const double all = kWords * (kRecordings - kFirstTested);
    return {known.in_float / all, known.in_int8 / all, known.by_other / all};
  }

 private:
  std::vector<int8_t> features_ = std::vector<int8_t>(size_t{kSpeakers} * kWords * kRecordings * kFeatures);
};

template <class Params, class State>
struct Job {
  std::vector<float> memory;
  Params params;
  State state = {};
  gls_head head = {};

  void start(gls_optimizer optimizer, uint32_t held_back, uint64_t seed, uint32_t samples = 100,
             const gls_int8_dense* shipped = nullptr) {
    memory.resize(GLS_HEAD_BYTES(kFeatures, kWords, 2, samples, 1) / sizeof(float) + 1);
    head.kind = &gls_head_classes;
    head.inputs = kFeatures;
    head.outputs = kWords;
    head.samples = samples;
    head.held_back = held_back;
    head.input_scale = kScale;
    head.input_zero = kZero;
    head.seed = seed;
    head.optimizer = optimizer;
    ASSERT_EQ(gls_head_start(&head, memory.data(), memory.size() * sizeof(float), shipped), GLS_OK);
  }
  void train(uint32_t epochs) {
    ASSERT_EQ(gls_head_train_begin(&head, epochs), GLS_OK);
    while (head.phase == GLS_HEAD_TRAINING) ASSERT_EQ(gls_head_train(&head), GLS_OK);
    ASSERT_EQ(gls_head_accept(&head, GLS_HEAD_IF_NOT_WORSE), GLS_OK);
  }
};

// A learned head in int8 with the file's scales.
struct KeptScales {
  int8_t weights[kFeatures * kWords] = {};
  int32_t biases[kWords] = {};
  float scale = kWeightScale;
  gls_int8_multiplier multiplier;
  gls_int8_clamped clamped;
  gls_int8_dense layer = {};

  explicit KeptScales(const float* learned) {
    layer.weights = weights, layer.biases = biases, layer.weight_scales = &scale, layer.scale_count = 1;
    layer.multipliers = &multiplier;
    layer.input_count = kFeatures, layer.output_count = kWords;
    layer.input_scale = kScale, layer.input_zero = kZero;
    layer.output_scale = kOutputScale, layer.output_zero = kOutputZero;
    EXPECT_EQ(
        gls_int8_dense_requantize(&layer, learned, GLS_INT8_KEPT_SCALES, weights, biases, &scale, &clamped),
        GLS_OK);
    EXPECT_EQ(scale, kWeightScale);
    EXPECT_EQ(gls_int8_dense_prepare(&layer), GLS_OK);
  }
};

TEST_F(KeyWords, AreLearnedByAdam) {
  for (const uint32_t held_back : {0u, 5u}) {
    double in_float = 0.0, in_int8 = 0.0, with_kept_scales = 0.0, most_apart = 0.0;
    size_t clamped = 0;
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      double float_of_seed = 0.0, int8_of_seed = 0.0;
      for (uint32_t speaker = 0; speaker < kSpeakers; ++speaker) {
        Job<gls_adam_params, gls_adam_state> job;
        gls_adam_defaults(&job.params);
        job.params.learning_rate = 1e-2;
        job.start(gls_adam(&job.params, &job.state, nullptr, nullptr, nullptr, 0), held_back, seed);
        for (uint32_t k = 0; k < kLearned * kWords; ++k) {
          const uint8_t word = static_cast<uint8_t>(k % kWords);
          ASSERT_EQ(gls_head_observe(&job.head, features(speaker, word, k / kWords), &word), GLS_OK);
        }
        job.train(60);
        const KeptScales kept(job.head.optimizer.weights);
        clamped += kept.clamped.weights;
        const Known learned = known(job.head, speaker, &kept.layer);
        with_kept_scales += learned.by_other / (5 * kSpeakers);
        float_of_seed += learned.in_float / kSpeakers;
        int8_of_seed += learned.in_int8 / kSpeakers;
      }
      in_float += float_of_seed / 5;
      in_int8 += int8_of_seed / 5;
      most_apart = std::max(most_apart, std::fabs(float_of_seed - int8_of_seed));
    }
    printf(
        "Adam, %u held back in: float %.4f, int8 %.4f, at most apart %.4f; scales kept %.4f, %zu clamped\n",
        held_back, in_float, in_int8, most_apart, with_kept_scales, clamped);
    EXPECT_GE(in_float, held_back == 0 ? 0.808 : 0.785);
    EXPECT_LE(std::fabs(in_float - in_int8), 0.003);
    EXPECT_LE(most_apart, 0.01);
    EXPECT_LE(std::fabs(in_float - with_kept_scales), 0.01);
  }
}

// What nobody tuned: momentum with gls_head_rate.
TEST_F(KeyWords, AreLearnedByTheDefault) {
  for (const uint32_t steps : {50u, 150u, 300u, 500u}) {
    double chosen_on = 0.0, others = 0.0;  // lucas, nicolas and theo are numbers 2 to 4
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      for (uint32_t speaker = 0; speaker < kSpeakers; ++speaker) {
        Job<gls_momentum_params, gls_momentum_state> job;
        gls_momentum_defaults(&job.params);
        job.start(gls_momentum(&job.params, &job.state, nullptr, nullptr, 0), 0, seed);
        for (uint32_t k = 0; k < kLearned * kWords; ++k) {
          const uint8_t word = static_cast<uint8_t>(k % kWords);
          ASSERT_EQ(gls_head_observe(&job.head, features(speaker, word, k / kWords), &word), GLS_OK);
        }
        job.params.learning_rate = gls_head_rate(&job.head);
        job.train(steps / kLearned);
        (speaker >= 2 && speaker <= 4 ? chosen_on : others) += known(job.head, speaker).in_int8 / (3 * 5);
      }
    }
    printf("the default, %u steps: %.4f where it was chosen, %.4f elsewhere\n", steps, chosen_on, others);
    if (steps == 300) {
      EXPECT_GE((chosen_on + others) / 2, 0.79);
    }
  }
}

// By momentum with gls_head_rate: words of one speaker, or of all but one.
class MomentumJob : public Job<gls_momentum_params, gls_momentum_state> {
 public:
  MomentumJob(uint64_t seed, uint32_t samples, const gls_int8_dense* shipped) {
    gls_momentum_defaults(&params);
    start(gls_momentum(&params, &state, nullptr, nullptr, 0), 0, seed, samples, shipped);
  }
  void observe(const int8_t* features, uint8_t word) {
    ASSERT_EQ(gls_head_observe(&head, features, &word), GLS_OK);
  }
  void learn() {
    params.learning_rate = gls_head_rate(&head);
    train(60);
  }
};

// Five speakers are known; then a sixth one teaches his words, with four recordings of each word of each of
// the five kept, 13 KB, and without. In turn for each of the six, and three seeds.
TEST_F(KeyWords, OfOthersAreKeptByReplay) {
  constexpr uint32_t kKept = 4, kOldSamples = (kSpeakers - 1) * kWords * kKept;
  static_assert(kOldSamples * (kFeatures + 1) == 13000, "bytes of features and labels");
  constexpr double kRuns = 3 * kSpeakers;
  double known_before = 0.0, new_before = 0.0, old_words[2] = {}, new_words[2] = {};
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    for (uint32_t taught = 0; taught < kSpeakers; ++taught) {
      const auto observe_others = [&](MomentumJob& job, uint32_t recordings) {
        for (uint32_t k = 0; k < recordings * kSpeakers * kWords; ++k) {
          const uint32_t speaker = k / kWords % kSpeakers, word = k % kWords;
          if (speaker != taught)
            job.observe(features(speaker, word, k / kWords / kSpeakers), static_cast<uint8_t>(word));
        }
      };
      const auto known_of_others = [&](const gls_head& head) {
        double sum = 0.0;
        for (uint32_t speaker = 0; speaker < kSpeakers; ++speaker)
          sum += speaker == taught ? 0.0 : known(head, speaker).in_int8;
        return sum / (kSpeakers - 1);
      };
      MomentumJob five(seed, (kSpeakers - 1) * kWords * kFirstTested, nullptr);
      observe_others(five, kFirstTested);
      five.learn();
      known_before += known_of_others(five.head) / kRuns;
      new_before += known(five.head, taught).in_int8 / kRuns;
      for (const bool with_replay : {false, true}) {
        MomentumJob sixth(seed, kOldSamples + kLearned * kWords, &five.head.layers[five.head.in_use]);
        if (with_replay) observe_others(sixth, kKept);
        gls_replay_settle(&sixth.head.train);
        for (uint32_t k = 0; k < kLearned * kWords; ++k)
          sixth.observe(features(taught, k % kWords, k / kWords), static_cast<uint8_t>(k % kWords));
        sixth.learn();
        old_words[with_replay] += known_of_others(sixth.head) / kRuns;
        new_words[with_replay] += known(sixth.head, taught).in_int8 / kRuns;
      }
    }
  }
  printf("before %.4f, his %.4f; without replay %.4f, his %.4f; with replay %.4f, his %.4f\n", known_before,
         new_before, old_words[0], new_words[0], old_words[1], new_words[1]);
  EXPECT_GE(known_before, 0.87);
  EXPECT_LE(new_before, 0.72);
  EXPECT_LE(old_words[0], 0.76);
  EXPECT_GE(old_words[1], 0.84);
  EXPECT_GE(new_words[1], 0.80);
}

}  // namespace
