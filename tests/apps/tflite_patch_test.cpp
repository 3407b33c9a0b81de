// SPDX-License-Identifier: Apache-2.0
// A learned head put back: the head's bytes and scales are the device's, and nothing else has changed.
#include <gtest/gtest.h>

#include <cmath>

#include "tflite_models.hpp"
#include "tflite_states.hpp"

namespace {

using namespace glissade;

void equal(const HeadState& a, const HeadState& b, const std::string& name) {
  EXPECT_EQ(a.weights, b.weights) << name;
  EXPECT_EQ(a.biases, b.biases) << name;
  EXPECT_EQ(a.weight_scales, b.weight_scales) << name;
  EXPECT_EQ(a.output_scale, b.output_scale) << name;
  EXPECT_EQ(a.output_zero, b.output_zero) << name;
}

// The bytes that a patch of the head may change.
std::vector<bool> may_change(const ModelFile& model, const Head& head) {
  std::vector<bool> may(model.bytes().size());
  const auto allow = [&](const auto* vector) {
    const size_t at = model.offset_of(vector->data()), size = vector->size() * sizeof(*vector->begin());
    for (size_t i = 0; i < size; ++i) may[at + i] = true;
  };
  allow(model.constant(head.weights));
  allow(model.constant(head.biases));
  allow(model.tensor(head.weights).quantization()->scale());
  allow(model.tensor(head.biases).quantization()->scale());
  for (const int tensor : reach_of(model, head).tensors) {
    allow(model.tensor(tensor).quantization()->scale());
    allow(model.tensor(tensor).quantization()->zero_point());
  }
  return may;
}

TEST(TflitePatch, ChangesTheHeadAndNothingElse) {
  for (const auto& [name, spec] : models::all()) {
    if (std::string(name) == "shared_zeros") continue;
    const ModelFile model(write_model(spec));
    const Head head = Heads(model).last();
    const HeadState state = learned(state_of(model, head));
    const ModelFile after(patch_model(model, head, state, {}).bytes);
    EXPECT_TRUE(verifies(after.bytes())) << name;
    equal(state_of(after, Heads(after).last()), state, name);
    const auto* const bias_scales = after.tensor(head.biases).quantization()->scale();
    for (uint32_t i = 0; i < bias_scales->size(); ++i) {
      EXPECT_EQ(bias_scales->Get(i), state.input_scale * state.weight_scales[i]) << name;
    }
    const std::vector<bool> may = may_change(model, head);
    ASSERT_EQ(after.bytes().size(), model.bytes().size());
    for (size_t i = 0; i < may.size(); ++i) {
      EXPECT_TRUE(may[i] || after.bytes()[i] == model.bytes()[i]) << name << ", byte " << i;
    }
  }
}

TEST(TflitePatch, OutputScaleGoesWhereBytesAreMoved) {
  const ModelFile model(write_model(models::pooled()));
  const Head head = Heads(model).last();
  const HeadState state = learned(state_of(model, head));
  const ModelFile after(patch_model(model, head, state, {}).bytes);
  ASSERT_EQ(reach_of(model, head).tensors, (std::vector<int>{4, 5, 6}));
  for (const int tensor : {4, 5, 6}) {
    EXPECT_EQ(after.tensor(tensor).quantization()->scale()->Get(0), state.output_scale);
    EXPECT_EQ(after.tensor(tensor).quantization()->zero_point()->Get(0), state.output_zero);
  }
  EXPECT_EQ(after.tensor(7).quantization()->scale()->Get(0), models::kProbability);
}

TEST(TflitePatch, OwnHeadChangesNoByte) {
  for (const auto& [name, spec] : models::all()) {
    const ModelFile model(write_model(spec));
    const Heads heads(model);
    for (size_t i = 0; i < model.operator_count(); ++i) {
      if (!heads.is_layer(i)) continue;
      const Head head = heads.at(i);
      EXPECT_EQ(patch_model(model, head, state_of(model, head), {}).bytes, model.bytes()) << name << " " << i;
    }
  }
}

TEST(TflitePatch, LayerInTheMiddleKeepsItsOutputScale) {
  const ModelFile model(write_model(models::autoencoder()));
  const Head head = Heads(model).at(4);
  HeadState state = learned(state_of(model, head));
  EXPECT_THROW(patch_model(model, head, state, {}), Refused);
  state.output_scale = output_scale(model, head);
  state.output_zero = output_zero(model, head);
  const ModelFile after(patch_model(model, head, state, {}).bytes);
  equal(state_of(after, head), state, "autoencoder");
}

TEST(TflitePatch, RowsWithoutAClassNeverWin) {
  for (const size_t scales : {1u, 4u}) {
    const ModelFile model(write_model(models::classifier(scales)));
    const Head head = Heads(model).last();
    HeadState state = learned(state_of(model, head));
    state.output_count = 2;
    state.biases.resize(2);
    state.weights.resize(2 * head.input_count);
    if (scales > 1) state.weight_scales.resize(2);
    const ModelFile after(patch_model(model, head, state, {3, 1}).bytes);
    const HeadState now = state_of(after, head);
    const size_t n = head.input_count;
    EXPECT_EQ(now.weights.substr(3 * n, n), state.weights.substr(0, n));
    EXPECT_EQ(now.weights.substr(n, n), state.weights.substr(n, n));
    for (const size_t row : {0u, 2u}) {
      EXPECT_EQ(now.weights.substr(row * n, n), std::string(n, '\0'));
      EXPECT_EQ(now.biases[row], -(INT32_MAX - 32640 * static_cast<int32_t>(n)));
      EXPECT_EQ(now.weight_scales[scales > 1 ? row : 0],
                scales > 1 ? weight_scales(model, head)[row] : state.weight_scales[0]);
    }
    EXPECT_EQ(now.biases[3], state.biases[0]);
    EXPECT_EQ(now.biases[1], state.biases[1]);
    for (const std::vector<size_t>& wrong : {std::vector<size_t>{1}, {1, 1}, {1, 4}, {0, 1, 2}}) {
      EXPECT_THROW(patch_model(model, head, state, wrong), std::runtime_error);
    }
  }
}

// With the scale of a row that was always zero, the lowest bias would be an output of almost 0.
TEST(TflitePatch, RowsOfTinyScaleNeverWin) {
  ModelSpec spec = models::classifier(4);
  HeadState state;
  {
    const ModelFile model(write_model(spec));
    state = learned(state_of(model, Heads(model).last()));
  }
  spec.tensors[4].scales[2] = 1e-9f;
  const ModelFile model(write_model(spec));
  const Head head = Heads(model).last();
  state.model = 0;
  state.output_count = 2;
  state.biases.resize(2);
  state.weights.resize(2 * head.input_count);
  state.weight_scales.resize(2);
  const ModelFile after(patch_model(model, head, state, {3, 1}).bytes);
  HeadState now = state_of(after, Heads(after).last());
  EXPECT_EQ(now.weight_scales[0], weight_scales(model, head)[0]);
  std::vector<gls_int8_multiplier> multipliers(4);
  gls_int8_dense layer = {};
  layer.weights = reinterpret_cast<const int8_t*>(now.weights.data());
  layer.biases = now.biases.data();
  layer.weight_scales = now.weight_scales.data();
  layer.multipliers = multipliers.data();
  layer.scale_count = layer.output_count = 4;
  layer.input_count = head.input_count;
  layer.input_scale = now.input_scale;
  layer.input_zero = now.input_zero;
  layer.output_scale = now.output_scale;
  layer.output_zero = now.output_zero;
  const std::vector<int8_t> inputs(head.input_count, 100);
  int8_t outputs[4];
  ASSERT_EQ(gls_int8_dense_prepare(&layer), GLS_OK);
  ASSERT_EQ(gls_int8_dense_forward(&layer, inputs.data(), outputs, 1), GLS_OK);
  EXPECT_EQ(outputs[0], -128);
  EXPECT_EQ(outputs[2], -128);
}

// A head belongs to the model that was frozen while it learned: the whole one, or the one that was cut.
TEST(TflitePatch, HeadOfAnotherModelIsRefused) {
  const ModelFile model(write_model(models::classifier()));
  const Head head = Heads(model).last();
  HeadState state = state_of(model, head);
  const std::string cut = cut_model(model, head).bytes;
  for (const uint32_t crc : {state.model, gls_crc32(0, cut.data(), cut.size()), 0u}) {
    state.model = crc;
    EXPECT_EQ(patch_model(model, head, state, {}).bytes, model.bytes());
  }
  state.model = 1;
  EXPECT_THROW(patch_model(model, head, state, {}), Refused);
}

// Where a sum is shifted to the left, the lowest bias must not leave 32 bits.
TEST(TflitePatch, LowestBiasIsNotShiftedAway) {
  ModelSpec spec = models::classifier();
  spec.tensors[6].scales = {0.0001f};  // 0.1 * 0.01 / 0.0001 = 10, below 2^4
  const ModelFile model(write_model(spec));
  const Head head = Heads(model).last();
  HeadState state = state_of(model, head);
  state.output_count = 1;
  state.biases.resize(1);
  state.weights.resize(head.input_count);
  const ModelFile after(patch_model(model, head, state, {}).bytes);
  EXPECT_EQ(state_of(after, head).biases[3], -((INT32_MAX - 32640 * 5) >> 4));
}

TEST(TfliteState, IsReadWholeOrNotAtAll) {
  const ModelFile model(write_model(models::classifier(4)));
  const Head head = Heads(model).last();
  const HeadState state = learned(state_of(model, head));
  const std::string bytes = saved(state);
  const HeadState found = parse_state(bytes);
  equal(found, state, "saved");
  EXPECT_EQ(found.model, state.model);
  EXPECT_EQ(found.activation, state.activation);
  EXPECT_EQ(found.input_scale, state.input_scale);
  EXPECT_EQ(found.input_zero, state.input_zero);
  const size_t sealed = 56 + 4 * (4 + 4) + 20 + 4, part = sealed + 4;  // behind it are optimizer and samples
  for (size_t bit = 0; bit < 8 * part; ++bit) {
    std::string wrong = bytes;
    wrong[bit / 8] = static_cast<char>(wrong[bit / 8] ^ (1 << bit % 8));
    EXPECT_THROW(parse_state(wrong), Refused) << bit;
  }
  for (size_t size = 0; size < part; ++size) EXPECT_THROW(parse_state(bytes.substr(0, size)), Refused);
  equal(parse_state(bytes.substr(0, part)), state, "its first part");
  for (const float scale : {0.0f, -1.0f, 1e-40f, INFINITY}) {
    std::string wrong = bytes;
    flatbuffers::WriteScalar(&wrong[56 + 8], scale);
    flatbuffers::WriteScalar(&wrong[sealed], gls_crc32(0, wrong.data(), sealed));
    EXPECT_THROW(parse_state(wrong), Refused) << scale;
  }
}

}  // namespace
