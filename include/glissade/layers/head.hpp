// SPDX-License-Identifier: Apache-2.0
/** @file
 * A head that learns on the device (head.h), with its rule, samples and memory in one object of known size.
 *
 *     using namespace glissade;
 *     static Head<Momentum, Classes, 64, 10, 85> head;  // features, classes, samples
 *
 *     HeadSettings settings;
 *     settings.input_scale = 0.0802f;
 *     settings.input_zero = -128;
 *     Status status = head.start(settings);
 *     ...
 *     status = head.observe(features, label);
 *     ...
 *     head.params.learning_rate = head.rate();
 *     status = head.train_begin(60);
 *     while (status == GLS_OK && head.phase() == GLS_HEAD_TRAINING) status = head.train();
 *     if (status == GLS_OK) status = head.commit(store, GLS_HEAD_IF_BETTER);
 *
 * Each member calls the function of head.h whose name it has, with the same bits; what is said there holds.
 */
#ifndef GLISSADE_LAYERS_HEAD_HPP
#define GLISSADE_LAYERS_HEAD_HPP

#include "glissade/glissade.hpp"
#include "glissade/layers/head.h"

namespace glissade {

/** What a head is started with: fields of gls_head. */
struct HeadSettings {
  float input_scale = 1.0f;        /**< of the features: from 2^-126 to 2^64 */
  int32_t input_zero = 0;          /**< of the features: from -128 to 127 */
  uint32_t held_back = 5;          /**< one in so many samples of a class is held back; 0: none */
  uint32_t batch = 10;             /**< samples of a mini-batch: 1 to GLS_HEAD_BATCH_MOST */
  bool scale_per_output = false;   /**< int8 weights have a scale for each output, or one for all */
  uint32_t model = 0;              /**< the CRC-32 of what is frozen */
  uint64_t seed = 0;               /**< chooses who is kept, and the order of samples */
  gls_int8_rounding rounding = {}; /**< as the user's engine was built; zero: twice */
};

/** What a Head learns: gls_head_classes. */
struct Classes {
  /** The C kind. */
  static const gls_head_kind& kind() { return gls_head_classes; }
  static constexpr bool kClass = true;        /**< A label is a class. */
  static constexpr bool kTargets = false;     /**< A label is a float for each output. */
  static constexpr size_t kMostOutputs = 256; /**< Outputs, at most. */
};
/** What a Head learns: gls_head_answers. */
struct Answers {
  /** The C kind. */
  static const gls_head_kind& kind() { return gls_head_answers; }
  static constexpr bool kClass = false;         /**< A label is a class. */
  static constexpr bool kTargets = true;        /**< A label is a float for each output. */
  static constexpr size_t kMostOutputs = 16383; /**< Outputs, at most. */
};
/** What a Head learns: gls_head_values. */
struct Values : Answers {
  /** The C kind. */
  static const gls_head_kind& kind() { return gls_head_values; }
};
/** What a Head learns: gls_head_autoencoder. */
struct Autoencoder {
  /** The C kind. */
  static const gls_head_kind& kind() { return gls_head_autoencoder; }
  static constexpr bool kClass = false;         /**< A label is a class. */
  static constexpr bool kTargets = false;       /**< A label is a float for each output. */
  static constexpr size_t kMostOutputs = 65535; /**< Outputs, at most. */
};

/** A head of kInputs features, kOutputs outputs and room for kSamples samples, those held back among them,
 * that learns what Kind says (Classes, Answers, Values, Autoencoder) with Rule. It holds pointers into
 * itself, so it is not copied. All zero but for params: static memory is its start. */
template <class Rule, class Kind, uint32_t kInputs, uint32_t kOutputs, uint32_t kSamples>
class Head {
  static constexpr bool kCopies = !Kind::kClass && !Kind::kTargets;
  static constexpr size_t kLabelBytes = Kind::kClass ? 1 : kCopies ? 0 : sizeof(float) * kOutputs;
  static_assert(kInputs >= 1 && kInputs <= 65535, "a head has 1 to 65,535 inputs");
  static_assert(kOutputs >= 1 && kOutputs <= Kind::kMostOutputs,
                "a head has 1 to 256 classes, or 1 to 16,383 answers or values");
  static_assert(!kCopies || kInputs == kOutputs, "an autoencoder has as many outputs as inputs");
  static_assert(kSamples >= 1 && kSamples <= 65536, "a head has room for 1 to 65,536 samples");

 public:
  typename Rule::Params params; /**< the rule's hyper-parameters; a training reads them at each step */

  Head() = default;
  Head(const Head&) = delete;
  Head& operator=(const Head&) = delete;

  /** gls_head_start. Params stay as they are. */
  [[nodiscard]] Status start(const HeadSettings& settings, const gls_int8_dense* shipped = nullptr) {
    head_.kind = &Kind::kind();
    head_.inputs = kInputs;
    head_.outputs = kOutputs;
    head_.samples = kSamples;
    head_.held_back = settings.held_back;
    head_.batch = settings.batch;
    head_.scales = settings.scale_per_output ? kOutputs : 1;
    head_.rounding = settings.rounding;
    head_.input_scale = settings.input_scale;
    head_.input_zero = settings.input_zero;
    head_.model = settings.model;
    head_.seed = settings.seed;
    float* const none[Rule::kSlots + 1] = {};
    head_.optimizer = optimizer_of<Rule>(&params, &state_, nullptr, none, 0);
    return gls_head_start(&head_, memory_, sizeof memory_, shipped);
  }

  /** gls_head_observe of a class. features is int8_t[kInputs]. */
  [[nodiscard]] Status observe(const int8_t* features, uint8_t label) {
    static_assert(Kind::kClass, "only a head of classes takes a class");
    return gls_head_observe(&head_, features, &label);
  }
  /** gls_head_observe of answers or values: targets is float[kOutputs]. */
  [[nodiscard]] Status observe(const int8_t* features, const float* targets) {
    static_assert(Kind::kTargets, "only a head of answers or values takes targets");
    return gls_head_observe(&head_, features, targets);
  }
  /** gls_head_observe of an autoencoder. */
  [[nodiscard]] Status observe(const int8_t* features) {
    static_assert(kCopies, "only an autoencoder takes features alone");
    return gls_head_observe(&head_, features, nullptr);
  }

  /** gls_head_rate. */
  double rate() const { return gls_head_rate(&head_); }
  /** gls_head_train_begin. */
  [[nodiscard]] Status train_begin(uint32_t epochs) { return gls_head_train_begin(&head_, epochs); }
  /** gls_head_train. */
  [[nodiscard]] Status train() { return gls_head_train(&head_); }
  /** gls_head_predict. features is int8_t[kInputs], outputs int8_t[kOutputs]. */
  [[nodiscard]] Status predict(const int8_t* features, int8_t* outputs) const {
    return gls_head_predict(&head_, features, outputs);
  }
  /** gls_head_accept. */
  [[nodiscard]] Status accept(gls_head_condition condition) { return gls_head_accept(&head_, condition); }
  /** gls_head_discard. */
  [[nodiscard]] Status discard() { return gls_head_discard(&head_); }

  /** gls_head_saved_bytes. */
  uint32_t saved_bytes() const { return gls_head_saved_bytes(&head_); }
  /** gls_head_save_to. */
  [[nodiscard]] Status save_to(gls_store& store, gls_head_condition condition) const {
    return gls_head_save_to(&head_, &store, condition);
  }
  /** gls_head_commit. */
  [[nodiscard]] Status commit(gls_store& store, gls_head_condition condition) {
    return gls_head_commit(&head_, &store, condition);
  }
  /** gls_head_commit_begin. */
  [[nodiscard]] Status commit_begin(gls_store& store, gls_head_condition condition) {
    return gls_head_commit_begin(&head_, &store, condition);
  }
  /** gls_head_commit_piece. */
  [[nodiscard]] Status commit_piece(gls_store& store) { return gls_head_commit_piece(&head_, &store); }
  /** gls_head_restore_from. */
  [[nodiscard]] Status restore_from(gls_store& store) { return gls_head_restore_from(&head_, &store); }

  /** Where the head is. */
  gls_head_phase phase() const { return head_.phase; }
  /** The int8 layer in use. */
  const gls_int8_dense& layer() const { return head_.layers[head_.in_use & 1]; }
  /** The C head: what it got wrong, its samples (gls_replay_forget), its float weights. */
  gls_head& c_head() { return head_; }
  /** The same, to read. */
  const gls_head& c_head() const { return head_; }

 private:
  typename Rule::State state_;
  gls_head head_;
  alignas(
      float) unsigned char memory_[GLS_HEAD_BYTES(kInputs, kOutputs, Rule::kSlots, kSamples, kLabelBytes)];
};

}  // namespace glissade

#endif
