// SPDX-License-Identifier: Apache-2.0
// The key-word model of MLPerf Tiny, where it is: ../shared/data/kws beside the sources. It is no part of
// them.
#include "reading.hpp"
#include "tflite_states.hpp"

namespace {

using namespace glissade;

class KeyWords : public testing::Test {
 protected:
  void SetUp() override {
    bytes_ = contents(GLISSADE_KWS "/kws_ref_model.tflite");
    if (bytes_.empty()) GTEST_SKIP() << "there is no " GLISSADE_KWS "/kws_ref_model.tflite";
  }
  std::string bytes_;
};

TEST_F(KeyWords, AreListedRight) {
  const std::string text = list_model(ModelFile(bytes_), "kws.tflite");
  for (const char* const line :
       {"kws.tflite: 53936 bytes, 13 operators, 35 tensors; inputs 0, outputs 34\n",
        "0 INT8     1 x 49 x 10 x 1      -  0.584702909 zero 83",
        "16 INT8     12 x 64            768  0.00838575512 zero 0",
        "32 INT8     1 x 64               -  0.0802361593 zero -128",
        "33 INT8     1 x 12               -  0.14469251 zero 14", "\n       9 AVERAGE_POOL_2D",
        "\n      12 SOFTMAX ", "\noperator 0 CONV_2D: a convolution that is not 1x1: its filter is 10 x 4\n",
        "\noperator 1 DEPTHWISE_CONV_2D: neither fully connected nor a 1x1 convolution\n",
        "\noperator 8 CONV_2D: a convolution over more than one position: there is no pooling in front of "
        "it: 25 x 5\n",
        "\noperator 11 FULLY_CONNECTED: can be a head, 64 -> 12, one scale, activation NONE\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << "no \"" << line << "\" in\n" << text;
  }
}

TEST_F(KeyWords, CutKeepsElevenOperators) {
  const ModelFile model(bytes_);
  const Rewritten cut = cut_model(model, Heads(model).last());
  EXPECT_EQ(cut.report.find("keeps 11 of 13 operators\n"), 0u) << cut.report;
  EXPECT_NE(cut.report.find("\n816 bytes of the head stay in the file\n"), std::string::npos) << cut.report;
  const ModelFile after(cut.bytes);
  EXPECT_EQ(after.operator_count(), 11u);
  EXPECT_EQ(elements(after.graph().outputs()), std::vector<int>{32});
  size_t changed = 0;
  for (size_t i = 0; i < bytes_.size(); ++i) changed += cut.bytes[i] != bytes_[i] ? 1 : 0;
  EXPECT_EQ(changed, 4u);  // 13 to 11, 34 to 32, and two shapes
}

// Ten words in rows 2 to 11, with a new scale.
TEST_F(KeyWords, PatchChangesTheHeadAlone) {
  const ModelFile model(bytes_);
  const Head head = Heads(model).last();
  HeadState state = learned(state_of(model, head));
  state.output_count = 10;
  state.biases.resize(10);
  state.weights.resize(640);
  const ModelFile after(patch_model(model, head, state, {2, 3, 4, 5, 6, 7, 8, 9, 10, 11}).bytes);
  const HeadState now = state_of(after, Heads(after).last());
  EXPECT_EQ(now.weights, std::string(128, '\0') + state.weights);
  EXPECT_EQ(std::vector<int32_t>(now.biases.begin() + 2, now.biases.end()), state.biases);
  for (const size_t row : {0u, 1u}) EXPECT_EQ(now.biases[row], -(INT32_MAX - 32640 * 64));
  struct Range {
    size_t begin, size;
  };
  const auto place = [&](const void* at, size_t size) { return Range{model.offset_of(at), size}; };
  const auto& output = *model.tensor(head.output).quantization();
  const std::vector<Range> head_bytes = {place(model.constant(head.weights)->data(), 768),
                                         place(model.constant(head.biases)->data(), 48),
                                         place(model.tensor(head.weights).quantization()->scale()->data(), 4),
                                         place(model.tensor(head.biases).quantization()->scale()->data(), 4),
                                         place(output.scale()->data(), 4),
                                         place(output.zero_point()->data(), 8)};
  for (size_t i = 0; i < bytes_.size(); ++i) {
    bool may = false;
    for (const Range& range : head_bytes) may = may || (i >= range.begin && i < range.begin + range.size);
    EXPECT_TRUE(may || after.bytes()[i] == bytes_[i]) << i;
  }
}

}  // namespace
