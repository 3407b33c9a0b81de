// SPDX-License-Identifier: Apache-2.0
// What `glissade tflite` refuses, each by its name: one model for every line of refusals.inc.
#include <gtest/gtest.h>

#include <set>

#include "tflite_refused_layers.hpp"
#include "tflite_states.hpp"

namespace {

void cut(const std::string& bytes) {
  const ModelFile model(bytes);
  cut_model(model, Heads(model).at(1));
}

// The bytes with an offset (of a vector) that leads elsewhere.
std::string redirected(const std::string& bytes, const void* field, const void* target) {
  const auto distance =
      static_cast<uint32_t>(static_cast<const uint8_t*>(target) - static_cast<const uint8_t*>(field));
  const size_t at = static_cast<size_t>(static_cast<const char*>(field) - bytes.data());
  std::string result = bytes;
  flatbuffers::WriteScalar(&result[at], distance);
  return result;
}
const uint8_t* field(const void* table, flatbuffers::voffset_t offset) {
  return static_cast<const flatbuffers::Table*>(table)->GetAddressOf(offset);
}

// Zero points of 64 bits where only 32 bits are aligned.
std::string misaligned(const std::string& bytes) {
  const void* const table =
      tflite::GetModel(bytes.data())->subgraphs()->Get(0)->tensors()->Get(kFeatures)->quantization();
  const uint8_t* const from = field(table, tflite::QuantizationParameters::VT_ZERO_POINT);
  const auto* const base = reinterpret_cast<const uint8_t*>(bytes.data());
  for (size_t at = static_cast<size_t>(from - base) / 8 * 8 + 8; at + 12 < bytes.size(); at += 8) {
    if (flatbuffers::ReadScalar<uint32_t>(base + at) == 1) return redirected(bytes, from, base + at);
  }
  return "";
}

void patch(
    const std::string& bytes, const std::function<void(HeadState&)>& change = [](HeadState&) {}) {
  const ModelFile model(bytes);
  const Head head = Heads(model).at(1);
  HeadState state = state_of(model, head);
  state.biases.assign(head.output_count, 5);
  state.weights.assign(head.input_count * head.output_count, 'w');
  change(state);
  patch_model(model, head, state, {});
}

std::vector<Case> of_files() {
  const std::string good = write_model(models::classifier());
  return {
      {Refusal::kIdentifier, "not a TensorFlow Lite model of version 3 (identifier TFL3)",
       [=] { list(std::string(good).replace(4, 4, "TFL2")); }},
      {Refusal::kIdentifier, "not a TensorFlow Lite model", [=] { list(good.substr(0, 7)); }},
      {Refusal::kBroken, "its root: broken",
       [=] { list(std::string(good).replace(0, 4, "\xff\xff\xff\x7f")); }},
      {Refusal::kBroken, "subgraphs[0].tensors[3].quantization.zero_point: broken",
       [=] { list(misaligned(good)); }},
      {Refusal::kIndex, "subgraphs[0].operators[1].inputs: an index that leads nowhere: 99",
       [] { list(with([](ModelSpec& m) { m.operators[1].inputs[0] = 99; })); }},
      {Refusal::kIndex, "subgraphs[0].outputs: an index that leads nowhere: -1",
       [] { list(with([](ModelSpec& m) { m.outputs[0] = -1; })); }},
      {Refusal::kIndex, "tensors[4]: an index that leads nowhere: 9",
       [] { list(with([](ModelSpec& m) { m.tensors[kWeights].buffer = 9; })); }},
      {Refusal::kSubgraphs, "more than one subgraph",
       [] { list(with([](ModelSpec& m) { m.subgraphs = 2; })); }},
      {Refusal::kExternal, "external buffers", [] { list(with([](ModelSpec& m) { m.external = 4096; })); }},
      {Refusal::kCompressed, "compressed weights (LUT)",
       [] {
         list(with([](ModelSpec& m) { m.metadata = {"min_runtime_version", "COMPRESSION_METADATA"}; }));
       }},
  };
}

std::vector<Case> of_cuts() {
  const std::string good = write_model(models::classifier());
  // Another table's vector is the operators', and the outputs'.
  const auto shared = [good](flatbuffers::voffset_t which) {
    const auto& root = *tflite::GetModel(good.data());
    const auto& graph = *root.subgraphs()->Get(0);
    return redirected(good, field(&root, tflite::Model::VT_METADATA_BUFFER),
                      field(&graph, which) + flatbuffers::ReadScalar<uint32_t>(field(&graph, which)));
  };
  return {
      {Refusal::kNoHead, "no layer that can be a head: operator 1 FULLY_CONNECTED: int16 activations",
       [] {
         Heads(ModelFile(with([](ModelSpec& m) { m.tensors[kFeatures].type = TensorType::INT16; }))).last();
       }},
      {Refusal::kCutAtStart, "operator 0 FULLY_CONNECTED: a cut at operator 0",
       [good] {
         const ModelFile model(good);
         cut_model(model, Heads(model).at(0));
       }},
      {Refusal::kKeepsState, "operator 3 ASSIGN_VARIABLE: an operator that keeps state would be dropped",
       [] {
         cut(with([](ModelSpec& m) {
           m.operators.push_back({BuiltinOperator::ASSIGN_VARIABLE, {0, 0}, {}});
         }));
       }},
      {Refusal::kKeepsState, "operator 3 CALL_ONCE",
       [] { cut(with([](ModelSpec& m) {
              m.operators.push_back({BuiltinOperator::CALL_ONCE, {}, {}});
            })); }},
      {Refusal::kSignatureDefault, "signature_defs[0].outputs: a signature's index that is stored as default",
       [] { cut(with([](ModelSpec& m) {
              m.signatures = {{"s", {{"in", 0}}, {{"out", 0}}}};
            })); }},
      {Refusal::kSharedVector, "subgraphs[0].operators: a vector or table that another one uses too",
       [shared] { cut(shared(tflite::SubGraph::VT_OPERATORS)); }},
      {Refusal::kSharedVector, "subgraphs[0].outputs: a vector or table that another one uses too",
       [shared] { cut(shared(tflite::SubGraph::VT_OUTPUTS)); }},
      {Refusal::kSharedVector, "subgraphs[0].outputs",
       [] { cut(with([](ModelSpec& m) { m.deduplicated = true; })); }},
  };
}

std::vector<Case> of_patches() {
  const std::string good = write_model(models::classifier());
  const auto scaled = [](HeadState& state) { state.weight_scales[0] *= 2; };
  return {
      {Refusal::kSharedBytes,
       "tensor 5 \"biases1\": weights or biases that are shared with another user: tensor 2 \"biases0\"",
       [] { patch(write_model(models::shared_zeros())); }},
      {Refusal::kSharedBytes,
       "tensor 4 \"weights1\": weights or biases that are shared with another user: operator 3 ADD",
       [] { patch(with([](ModelSpec& m) {
              m.operators.push_back({BuiltinOperator::ADD, {4, 4}, {0}});
            })); }},
      {Refusal::kSharedVector, "tensor 4 \"weights1\" scale: a vector or table that another one uses too",
       [scaled] {
         patch(with([](ModelSpec& m) {
                 m.tensors[1].scales = m.tensors[kWeights].scales;
                 m.outputs = {7, 6};
                 m.deduplicated = true;
               }),
               scaled);
       }},
      {Refusal::kNoBiases, "a head without biases",
       [] { patch(with([](ModelSpec& m) {
              m.operators[1].inputs = {3, 4, -1};
            })); }},
      {Refusal::kOutputScale,
       "operator 2 FULLY_CONNECTED: an operator that needs the output's scale as it is",
       [] { patch(write_model(models::autoencoder()), [](HeadState& state) { state.output_scale *= 2; }); }},
      {Refusal::kOutputScale, "operator 2 RESHAPE: an operator that needs the output's scale as it is",
       [] {
         patch(with([](ModelSpec& m) {
                 m.operators[2].code = BuiltinOperator::RESHAPE;
                 m.tensors[7].scales = {};
               }),
               [](HeadState& state) { state.output_scale *= 2; });
       }},
      {Refusal::kOtherHead, "a state of another head: 3 inputs, not 5",
       [good] { patch(good, [](HeadState& state) { state.input_count = 3; }); }},
      {Refusal::kOtherHead, "another scale or zero point of its inputs",
       [good] { patch(good, [](HeadState& state) { state.input_zero += 1; }); }},
      {Refusal::kOtherHead, "another fused activation",
       [good] { patch(good, [](HeadState& state) { state.activation = 1; }); }},
      {Refusal::kOtherHead, "it was learned on another model (CRC-32 1, here ",
       [good] { patch(good, [](HeadState& state) { state.model = 1; }); }},
      {Refusal::kOtherHead, "a scale for each output",
       [good] { patch(good, [](HeadState& state) {
                  state.weight_scales = {1, 1, 1, 1};
                }); }},
      {Refusal::kMoreClasses, "5 instead of 4: more classes than the file's head has rows: cut the model",
       [good] { patch(good, [](HeadState& state) { state.output_count = 5; }); }},
      {Refusal::kState, "not a head's saved bytes: they do not begin with GLS5",
       [good] { parse_state(good); }},
  };
}

TEST(TfliteRefusals, EachByItsName) {
  std::set<Refusal> seen;
  for (const auto& cases : {of_files(), of_layers(), of_cuts(), of_patches()}) {
    for (const Case& one : cases) {
      seen.insert(one.expected);
      std::string said;
      Refusal which = Refusal::kState;
      try {
        one.run();
      } catch (const Refused& refused) {
        said = refused.what();
        which = refused.which;
      }
      EXPECT_NE(said.find(one.name), std::string::npos) << "expected: " << one.name << "\nsaid: " << said;
      EXPECT_EQ(which, one.expected) << one.name;
    }
  }
  size_t refusals = 0;
#define GLISSADE_REFUSAL(name, text) ++refusals;
#include "apps/tool/tflite/refusals.inc"
  EXPECT_EQ(seen.size(), refusals) << "a refusal that no model here meets";
}

// A broken model is refused by the name of the table, wherever it is broken; or it is taken, where that is
// harmless.
TEST(TfliteRefusals, NameTheTable) {
  const std::string good = write_model(models::with_signature());
  std::set<std::string> tables;
  for (size_t i = 8; i + 4 <= good.size(); i += 2) {
    std::string bad = good;
    flatbuffers::WriteScalar(&bad[i], uint16_t{0x7ff1});
    try {
      const ModelFile model(bad);
      EXPECT_TRUE(verifies(bad)) << "taken, though it does not verify: byte " << i;
    } catch (const Refused& refused) {
      const std::string said = refused.what();
      tables.insert(said.substr(0, said.find_first_of("[:.")));
      EXPECT_FALSE(said.empty());
    }
  }
  for (const char* const table :
       {"subgraphs", "buffers", "operator_codes", "signature_defs", "description"}) {
    EXPECT_EQ(tables.count(table), 1u) << table;
  }
}

}  // namespace
