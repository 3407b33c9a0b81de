// SPDX-License-Identifier: Apache-2.0
// `glissade tflite` on models of every kind that works: what is listed, what a cut changes, and what stays.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tflite_models.hpp"
#include "tflite_states.hpp"

namespace {

using namespace glissade;
using models::BuiltinOperator;

size_t differences(const std::string& a, const std::string& b) {
  size_t count = a.size() == b.size() ? 0 : SIZE_MAX;
  for (size_t i = 0; count != SIZE_MAX && i < a.size(); ++i) count += a[i] != b[i] ? 1 : 0;
  return count;
}

TEST(Tflite, SchemaAndWriterAgreeWithTheReader) {
  for (const auto& [name, spec] : models::all()) {
    const ModelFile model(write_model(spec));
    EXPECT_EQ(model.tensor_count(), spec.tensors.size()) << name;
    ASSERT_EQ(model.operator_count(), spec.operators.size()) << name;
    for (size_t i = 0; i < spec.operators.size(); ++i) {
      EXPECT_EQ(model.code(i), spec.operators[i].code) << name;
      EXPECT_EQ(model.inputs(i), spec.operators[i].inputs) << name;
      EXPECT_EQ(model.outputs(i), spec.operators[i].outputs) << name;
    }
  }
}

struct Expected {
  const char* model;
  size_t head, inputs, outputs, scales;
};

TEST(Tflite, FindsTheHeadOfEveryKindOfModel) {
  const std::vector<Expected> expected = {
      {"classifier", 1, 5, 4, 1},     {"per_channel", 1, 5, 4, 4}, {"autoencoder", 9, 6, 8, 1},
      {"single_sigmoid", 1, 5, 1, 1}, {"wide", 1, 4000, 4, 1},     {"pooled", 1, 6, 4, 4},
      {"signature", 1, 5, 4, 1},      {"two_outputs", 2, 5, 3, 1}, {"shared_zeros", 1, 4, 4, 1}};
  const auto all = models::all();
  ASSERT_EQ(all.size(), expected.size());
  for (size_t i = 0; i < all.size(); ++i) {
    ASSERT_STREQ(all[i].first, expected[i].model);
    const ModelFile model(write_model(all[i].second));
    const Head head = Heads(model).last();
    EXPECT_EQ(head.index, expected[i].head) << expected[i].model;
    EXPECT_EQ(head.input_count, expected[i].inputs) << expected[i].model;
    EXPECT_EQ(head.output_count, expected[i].outputs) << expected[i].model;
    EXPECT_EQ(weight_scales(model, head).size(), expected[i].scales) << expected[i].model;
  }
}

TEST(Tflite, ListsEveryLayerOfAnAutoencoder) {
  const ModelFile model(write_model(models::autoencoder()));
  const std::string text = list_model(model, "some.tflite");
  for (int i = 0; i < 10; ++i) {
    EXPECT_NE(text.find("\noperator " + std::to_string(i) + " FULLY_CONNECTED: can be a head, "),
              std::string::npos)
        << text;
  }
  EXPECT_EQ(text.find("some.tflite: " + std::to_string(model.bytes().size()) +
                      " bytes, 10 operators, 31 tensors; inputs 0, outputs 30\n"),
            0u)
      << text;
}

TEST(Tflite, CutsEveryModel) {
  for (const auto& [name, spec] : models::all()) {
    const ModelFile model(write_model(spec));
    const Head head = Heads(model).last();
    const Rewritten cut = cut_model(model, head);
    const ModelFile after(cut.bytes);
    ASSERT_EQ(after.bytes().size(), model.bytes().size()) << name;
    EXPECT_TRUE(verifies(cut.bytes)) << name;
    EXPECT_EQ(after.operator_count(), head.index) << name;
    EXPECT_EQ(elements(after.graph().outputs()), std::vector<int>{head.input}) << name;
    // Integers below 256: a byte each.
    size_t most = 2 + (spec.outputs.size() > 1 ? 1 : 0);
    for (size_t i = 0; i < spec.tensors.size(); ++i) {
      const auto tensor = static_cast<int>(i);
      const std::vector<int> shape = after.shape(tensor);
      bool kept = tensor == 0;
      for (size_t k = 0; k < head.index; ++k) {
        for (const int t : model.inputs(k)) kept = kept || t == tensor;
        for (const int t : model.outputs(k)) kept = kept || t == tensor;
      }
      const bool empty = !kept && model.constant(tensor) == nullptr;
      EXPECT_EQ(shape[0] == 0, empty) << name << " " << i;
      EXPECT_EQ(std::vector<int>(shape.begin() + 1, shape.end()),
                std::vector<int>(spec.tensors[i].shape.begin() + 1, spec.tensors[i].shape.end()));
      most += empty ? 1 : 0;
    }
    if (!spec.signatures.empty()) most += 2;
    EXPECT_LE(differences(model.bytes(), cut.bytes), most) << name;
  }
}

TEST(Tflite, CutsSignaturesAndOutputs) {
  const ModelFile model(write_model(models::with_signature()));
  const Head head = Heads(model).last();
  const ModelFile after(cut_model(model, head).bytes);
  const auto& signature = *after.root().signature_defs()->Get(0);
  ASSERT_EQ(signature.outputs()->size(), 1u);
  EXPECT_EQ(signature.outputs()->Get(0)->tensor_index(), static_cast<uint32_t>(head.input));
  EXPECT_EQ(text_of(signature.outputs()->Get(0)->name()), "word");
  const ModelFile two(write_model(models::two_outputs()));
  const Rewritten cut = cut_model(two, Heads(two).at(1));
  EXPECT_NE(cut.report.find("keeps 1 of 3 operators\n"), std::string::npos) << cut.report;
  EXPECT_NE(cut.report.find("gone: tensor 6 \"output1\", tensor 9 \"output2\"\n"), std::string::npos)
      << cut.report;
  EXPECT_NE(cut.report.find("\n36 bytes of the head stay in the file\n"), std::string::npos) << cut.report;
}

TEST(Tflite, LeavesShapesThatOthersUse) {
  ModelSpec spec = models::classifier();
  spec.tensors[6].shape = spec.tensors[7].shape = {1, 5};  // as the features
  spec.tensors[4].shape = {5, 5};
  spec.tensors[5].shape = {5};
  spec.buffers[3] += "12345";
  spec.buffers[4] += "1234";
  spec.outputs = {7, 6};  // as no operator's: that would be shared
  spec.deduplicated = true;
  const ModelFile model(write_model(spec));
  const Rewritten cut = cut_model(model, Heads(model).last());
  EXPECT_NE(
      cut.report.find("0 tensors that nobody names any more: shape[0] is 0\n2 tensors more keep their shape"),
      std::string::npos)
      << cut.report;
  EXPECT_EQ(ModelFile(cut.bytes).shape(6), (std::vector<int>{1, 5}));
}

}  // namespace
