// SPDX-License-Identifier: Apache-2.0
// Every rule in the middle of a run: saved bytes, safetensors, and the same bytes again; and what PyTorch
// says and this library does not, or the other way round.
#include <cmath>
#include <cstring>

#include "apps/tool/commands.hpp"
#include "apps/tool/convert/param_groups.hpp"
#include "apps/tool/convert/torch_state.hpp"
#include "apps/tool/safetensors/strict_json.hpp"
#include "reading.hpp"

namespace {

using namespace glissade;
using Json = nlohmann::json;

constexpr size_t kCount = 5 * 3 + 3 + 2 * 4;  // of these layers
const LayerMap& layers() {
  static const LayerMap all("fc1=5x3,norm.weight=same:4,norm.bias=same:4", "");
  return all;
}

// A run of some steps, with parameters that have 17 digits.
SavedOptimizer run_of(const gls_rule_info& rule, size_t steps, SlotForm form = SlotForm::kFloat) {
  SavedOptimizer run;
  run.start(&rule, kCount);
  run.set_param(rule.params[0], 0.1 + 0.2);
  for (size_t i = 0; i < rule.param_count; ++i) {
    const gls_param_info& param = rule.params[i];
    if (std::string(param.name) == "momentum" && param.most > 0.0) run.set_param(param, 1.0 / 3.0);
    if (std::string(param.name) == "decoupled_weight_decay") run.set_param(param, 1.0);
  }
  float* slots[GLS_SLOTS_MOST] = {};
  for (size_t k = 0; k < rule.slot_count; ++k) slots[k] = run.slots[k].data();
  const gls_optimizer optimizer =
      gls_optimizer_of(&rule, run.params.data(), run.state.data(), run.weights.data(), slots, kCount);
  std::vector<float> gradients(kCount);
  for (size_t t = 0; t < steps; ++t) {
    for (size_t i = 0; i < kCount; ++i) gradients[i] = static_cast<float>((7 * i + 3 * t) % 11) - 4.7f;
    EXPECT_EQ(gls_step(&optimizer, gls_gradient_buffer(gradients.data()), 1.0f), GLS_OK) << rule.name;
  }
  run.form = form;
  run.seed = form == SlotForm::kFloat ? 0 : 0x89abcdef;
  return run;
}

// work(rule) for each rule.
template <class Work>
void for_each_rule(Work work) {
  for (size_t i = 0; gls_rule_at(i) != nullptr; ++i) {
    SCOPED_TRACE(gls_rule_at(i)->name);
    work(*gls_rule_at(i));
  }
}

SafeTensors again(const SafeTensors& content) { return parse_safetensors("f", write_safetensors(content)); }

SafeTensors with_metadata(const SafeTensors& content, const std::string& name, const std::string& text) {
  SafeTensors result = content;
  result.metadata[name] = text;
  return result;
}

std::string said_of(const SafeTensors& content, const LayerMap& of = layers()) {
  try {
    from_torch(content, of, false, 0);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}
void expect_refused(const SafeTensors& content, const std::string& says) {
  EXPECT_NE(said_of(content).find(says), std::string::npos) << says << ": " << said_of(content);
}

TEST(Convert, EveryRuleComesBack) {
  for_each_rule([](const gls_rule_info& rule) {
    for (const size_t steps : {size_t{0}, size_t{1}, size_t{7}}) {
      const std::string bytes = write_saved(run_of(rule, steps));
      const SavedOptimizer saved = parse_saved("f", bytes);
      EXPECT_EQ(write_saved(saved), bytes);
      const SafeTensors content = again(to_torch(saved, layers()));
      EXPECT_EQ(write_saved(from_torch(content, LayerMap(noted_layers(content), ""), false, 0)), bytes)
          << steps;
    }
  });
}

TEST(Convert, EveryRuleComesBackWithoutOurOwnMetadata) {
  for_each_rule([](const gls_rule_info& rule) {
    SavedOptimizer run = run_of(rule, 1);
    for (size_t i = 0; i < rule.param_count; ++i) {
      const std::string name = rule.torch_name == nullptr ? "" : rule.torch_name;
      if (std::string(rule.params[i].name) == "decoupled_weight_decay" && name != "NAdam" && name != "RAdam")
        run.set_param(rule.params[i], name == "Adam" ? 1.0 : 0.0);
    }
    if (rule.torch_name == nullptr) {
      EXPECT_EQ(torch_class(run), "");
      return;
    }
    SafeTensors content = to_torch(run, layers());
    for (const char* const own : {"glissade.rule", "glissade.layers", "glissade.state.step"})
      content.metadata.erase(own);
    if (rule.slot_count == 0) run.state[0] = 0;  // PyTorch's SGD without momentum counts nothing
    EXPECT_EQ(write_saved(from_torch(again(content), layers(), false, 0)), write_saved(run));
  });
}

TEST(Convert, SlotsInFewerBytesComeBack) {
  size_t kept = 0;
  for_each_rule([&kept](const gls_rule_info& rule) {
    for (const SlotForm form : {SlotForm::kBfloat16, SlotForm::k8Bit}) {
      std::string bytes;
      try {
        bytes = write_saved(run_of(rule, 7, form));
      } catch (const std::runtime_error&) {
        continue;  // a rule that does not bear them
      }
      const SavedOptimizer saved = parse_saved("f", bytes);
      EXPECT_EQ(saved.form, form);
      EXPECT_EQ(saved.seed, 0x89abcdef);
      EXPECT_EQ(write_saved(from_torch(again(to_torch(saved, layers())), layers(), false, 0)), bytes);
      ++kept;
    }
  });
  EXPECT_GT(kept, 30u);
}

TEST(Convert, LayersLieAsPyTorchHasThem) {
  const SafeTensors content = to_torch(run_of(*gls_rule_named("adam"), 7), layers());
  const SavedOptimizer run = run_of(*gls_rule_named("adam"), 7);
  const std::vector<float> weight = floats_of(content.tensors.at("fc1.weight")),
                           square = floats_of(content.tensors.at("state.fc1.weight.exp_avg_sq"));
  EXPECT_EQ(content.tensors.at("fc1.weight").shape, (std::vector<size_t>{3, 5}));
  for (size_t o = 0; o < 3; ++o) {
    for (size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(weight[o * 5 + i], run.weights[i * 3 + o]);
      EXPECT_EQ(square[o * 5 + i], run.slots[1][i * 3 + o]);
    }
  }
  EXPECT_EQ(floats_of(content.tensors.at("fc1.bias"))[2], run.weights[17]);
  EXPECT_EQ(floats_of(content.tensors.at("norm.bias"))[3], run.weights[25]);
  EXPECT_EQ(floats_of(content.tensors.at("state.norm.bias.step")), std::vector<float>{7.0f});
  EXPECT_EQ(content.tensors.at("state.norm.bias.step").shape, std::vector<size_t>());
  EXPECT_EQ(content.metadata.at("optimizer"), "AdamW");
  EXPECT_NE(content.metadata.at("param_groups").find("\"lr\":0.30000000000000004"), std::string::npos);
  EXPECT_NE(content.metadata.at("param_groups").find("\"betas\":[0.9,0.999]"), std::string::npos);
}

TEST(Convert, LayersAreGuessedByNameAndShape) {
  SafeTensors content;
  const auto add = [&content](const std::string& name, const std::vector<size_t>& shape) {
    content.tensors[name] = tensor_of(shape, std::vector<float>(count_of(shape)));
  };
  add("net.10.weight", {2, 3}), add("net.10.bias", {2});
  add("net.2.weight", {3, 4}), add("net.2.bias", {3});
  add("net.3.weight", {3}), add("net.3.bias", {3});
  std::vector<std::string> others;
  EXPECT_EQ(guess_layers(content, parameters_of(content), others).text(),
            "net.2=4x3,net.3.weight=same:3,net.3.bias=same:3,net.10=3x2");
  EXPECT_TRUE(others.empty());
  // PyTorch's own order, where groups say it.
  EXPECT_EQ(parameters_of(
                with_metadata(content, "param_groups",
                              R"([{"params":["net.3.weight","net.3.bias"]},{"params":["net.10.bias"]}])")),
            (std::vector<std::string>{"net.3.weight", "net.3.bias", "net.10.bias", "net.2.bias",
                                      "net.2.weight", "net.10.weight"}));
  EXPECT_EQ(
      guess_layers(content, {"net.3.bias", "net.3.weight", "net.2.bias", "net.2.weight"}, others).text(),
      "net.3.weight=same:3,net.3.bias=same:3,net.2=4x3");
  add("conv.weight", {2, 1, 3, 3}), add("conv.bias", {2});
  add("x.weight", {2, 3}), add("x.bias", {3});
  add("y.weight", {2, 3});
  EXPECT_EQ(guess_layers(content, parameters_of(content), others).count(), 29u);
  EXPECT_EQ(others.size(), 5u);
}

TEST(Convert, RefusesLayersThatAreNone) {
  for (const char* const text :
       {"", "fc1", "fc1=", "fc1=3", "fc1=3x", "fc1=3x4x5", "fc1=0x3", "fc1=3x-1", "fc1=3X4", "=same:3",
        "a=same:0", "fc1=3x4,", "fc1=3x4,fc1=3x4", "fc1=3x4,fc1.bias=same:4", "fc1=65536x65536",
        "fc1=268435456x1", "a=same:16777216x16777216x16777216"})
    EXPECT_THROW(LayerMap(text, ""), std::runtime_error) << text;
  EXPECT_EQ(LayerMap("=2x3", "").names(), (std::vector<std::string>{"weight", "bias"}));
  EXPECT_EQ(LayerMap("scale=same:", "").count(), 1u);
}

TEST(Convert, RefusesAStateThatDoesNotFit) {
  SavedOptimizer run = run_of(*gls_rule_named("nadam"), 3);
  const SafeTensors good = to_torch(run, layers());
  ASSERT_EQ(said_of(good), "");
  const auto with = [&good](const std::string& name, const Tensor& tensor) {
    SafeTensors content = good;
    content.tensors[name] = tensor;
    return content;
  };
  const auto without = [&good](const std::string& name) {
    SafeTensors content = good;
    content.tensors.erase(name);
    return content;
  };
  const std::string step = "state.fc1.bias.step";
  expect_refused(with(step, tensor_of({}, {4.0f})), "is not that of \"fc1.weight\"");
  for (const float wrong : {-1.0f, 2.5f, NAN, INFINITY, 16777218.0f}) {
    SafeTensors content = good;
    for (const std::string& name : layers().names())
      content.tensors["state." + name + ".step"] = tensor_of({}, {wrong});
    expect_refused(content, "no whole number from 0 to 16777216");
  }
  expect_refused(without(step), "\"state.fc1.bias.step\" is missing");
  expect_refused(without("state.fc1.bias.mu_product"), "mu_product\" is missing");
  expect_refused(without("state.norm.bias.exp_avg"), "exp_avg\" is missing");
  expect_refused(without("norm.bias"), "\"norm.bias\" is missing");
  expect_refused(with("state.fc1.weight.exp_avg", tensor_of({5, 3}, std::vector<float>(15))),
                 "[5, 3], where [3, 5]");
  expect_refused(with("state.fc1.weight.max_exp_avg_sq", tensor_of({3, 5}, std::vector<float>(15))),
                 "nadam has no \"max_exp_avg_sq\"");
  expect_refused(with("fc1.weight", {Dtype::kInt8, {3, 5}, std::string(15, 'x')}), "is int8");
  SafeTensors started = good;
  for (const std::string& name : layers().names())
    started.tensors["state." + name + ".step"] = tensor_of({}, {0.0f});
  expect_refused(started, "its step is 0");
  run.state[0] = 16777216;
  EXPECT_EQ(said_of(to_torch(run, layers())), "");
  run.state[0] = 16777217;
  EXPECT_THROW(to_torch(run, layers()), std::runtime_error);
}

TEST(Convert, RefusesGroupsThatAreNone) {
  const SafeTensors good = to_torch(run_of(*gls_rule_named("amsgrad"), 3), layers());
  const std::string groups = good.metadata.at("param_groups");
  const auto replaced = [&](const std::string& what, const std::string& by) {
    const size_t at = groups.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return with_metadata(good, "param_groups", std::string(groups).replace(at, what.size(), by));
  };
  EXPECT_EQ(said_of(replaced("\"eps\"", "\"foreach\":null,\"fused\":false,\"initial_lr\":1,\"eps\"")), "");
  expect_refused(replaced("\"eps\"", "\"epsilon\""), "amsgrad has no \"epsilon\"");
  expect_refused(replaced("\"eps\":1e-08,", ""), "\"eps\" is missing");
  expect_refused(replaced("1e-08", "\"x\""), "\"eps\" is no number");
  expect_refused(replaced("1e-08", "-1"), "not in the range");
  expect_refused(replaced("1e-08", "1e999"), "param_groups: ");
  expect_refused(replaced("[0.9,0.999]", "[0.9]"), "are not two numbers");
  expect_refused(replaced("[0.9,0.999]", "[0.9,1.0]"), "not in the range");
  expect_refused(replaced("\"amsgrad\":true", "\"amsgrad\":false"), "\"amsgrad\" is not what amsgrad is");
  expect_refused(replaced("\"maximize\":false", "\"maximize\":0"), "neither true nor false");
  expect_refused(replaced("\"eps\"", "\"lr\":1,\"eps\""), "\"lr\" a second time");
  expect_refused(replaced("[{", "{"), "parse_error");
  for (const char* const text : {"1", "[]", "{}", "[1]", "[[[[[1]]]]]"})
    EXPECT_NE(said_of(with_metadata(good, "param_groups", text)), "") << text;
  expect_refused(with_metadata(good, "optimizer", "SGD"), "\"amsgrad\" is not PyTorch's \"SGD\"");
  expect_refused(with_metadata(good, "glissade.rule", "amsgrads"), "no rule here is called");
  expect_refused(with_metadata(good, "glissade.rule", "adam"), "\"amsgrad\" is not what adam is");
  expect_refused(with_metadata(good, "glissade.slots", "9bit"), "is no form of slots");
  SafeTensors nameless = good;
  nameless.metadata.erase("glissade.rule");
  EXPECT_EQ(said_of(nameless), "");
  expect_refused(with_metadata(nameless, "optimizer", "Adafactor"), "no rule here is PyTorch's");
  nameless.metadata.erase("optimizer");
  expect_refused(nameless, "their class in torch.optim");
  // Zero epsilon, which PyTorch takes.
  EXPECT_EQ(said_of(replaced("1e-08", "0.0")), "");
  EXPECT_NO_THROW(write_saved(from_torch(replaced("1e-08", "0"), layers(), false, 0)));
}

TEST(Convert, OneOfSeveralGroups) {
  SafeTensors content = to_torch(run_of(*gls_rule_named("adam"), 3), layers());
  Json groups = parse_strictly(content.metadata.at("param_groups"), 4, "");
  groups.push_back(groups[0]);
  groups[0]["params"] = {"fc1.weight", "fc1.bias"};
  groups[1]["params"] = {"norm.weight", "norm.bias"};
  groups[1]["lr"] = 0.25;
  content.metadata["param_groups"] = groups.dump();
  content.metadata.erase("glissade.layers");
  const auto convert_group = [&content](int group) {
    return said(write_safetensors(content), [group](const std::string& path) {
      ConvertOptions options;
      options.from = path;
      options.output = GLISSADE_WORK "_output.gls";
      options.group = group;
      convert(options);
    });
  };
  EXPECT_NE(convert_group(-1).find("2 parameter groups"), std::string::npos);
  EXPECT_NE(convert_group(2).find("--group: there are 2"), std::string::npos);
  EXPECT_EQ(convert_group(0), "");
  EXPECT_EQ(parse_saved("f", contents(GLISSADE_WORK "_output.gls")).weights.size(), 18u);
  EXPECT_EQ(convert_group(1), "");
  const SavedOptimizer second = parse_saved("f", contents(GLISSADE_WORK "_output.gls"));
  EXPECT_EQ(second.weights.size(), 8u);
  EXPECT_EQ(second.param(second.rule->params[0]), 0.25);
  groups[0]["params"] = {"fc1.weight", "nowhere"};
  content.metadata["param_groups"] = groups.dump();
  EXPECT_NE(convert_group(0).find("\"nowhere\" is no tensor of the file"), std::string::npos);
}

TEST(Convert, SgdIsOverItsFirstStepWhereItHasABuffer) {
  const gls_rule_info& momentum = *gls_rule_named("momentum");
  SafeTensors content = to_torch(run_of(momentum, 3), layers());
  EXPECT_EQ(from_torch(content, layers(), false, 0).state[0], 3u);
  content.metadata.erase("glissade.state.step");
  EXPECT_EQ(from_torch(content, layers(), false, 0).state[0], 1u);
  for (const std::string& name : layers().names())
    content.tensors.erase("state." + name + ".momentum_buffer");
  EXPECT_EQ(from_torch(content, layers(), false, 0).state[0], 0u);
  expect_refused(with_metadata(content, "glissade.state.step", "3"), "the slots are missing");
}

TEST(Convert, RefusesNumbersThatAreNotFinite) {
  SafeTensors content = to_torch(run_of(*gls_rule_named("adam"), 3), layers());
  content.tensors["norm.bias"] = tensor_of({4}, {1.0f, NAN, 1.0f, 1.0f});
  const auto convert_to = [&content](ConvertTo to) {
    return said(write_safetensors(content), [to](const std::string& path) {
      ConvertOptions options;
      options.from = path;
      options.to = to;
      convert(options);
    });
  };
  EXPECT_EQ(convert_to(ConvertTo::kTable), "");
  EXPECT_EQ(convert_to(ConvertTo::kSafetensors), "");
  for (const ConvertTo to : {ConvertTo::kSaved, ConvertTo::kHeader})
    EXPECT_NE(convert_to(to).find("weights: number 23 is not finite"), std::string::npos) << convert_to(to);
}

TEST(Convert, PyTorchsRpropHasNoDecay) {
  SavedOptimizer run = run_of(*gls_rule_named("rprop"), 3);
  run.set_param(run.rule->params[2], 0.0);
  EXPECT_STREQ(run.rule->params[1].name, "weight_decay");
  SafeTensors content = to_torch(run, layers());
  EXPECT_EQ(content.metadata.at("optimizer"), "Rprop");
  Json groups = parse_strictly(content.metadata.at("param_groups"), 4, "");
  groups[0].erase("weight_decay");
  EXPECT_EQ(
      write_saved(from_torch(with_metadata(content, "param_groups", groups.dump()), layers(), false, 0)),
      write_saved(run));
  run.set_param(run.rule->params[1], 0.5);
  content = to_torch(run, layers());
  EXPECT_EQ(content.metadata.count("optimizer"), 0u);
  EXPECT_EQ(write_saved(from_torch(content, layers(), false, 0)), write_saved(run));
}

TEST(Convert, AdagradsStartIsPyTorchs) {
  SavedOptimizer run = run_of(*gls_rule_named("adagrad"), 1);
  for (size_t i = 0; i < run.rule->param_count; ++i) {
    if (std::string(run.rule->params[i].name) == "initial_accumulator")
      run.set_param(run.rule->params[i], 0.1);
  }
  SafeTensors content = to_torch(run, layers());
  for (const PlacedTensor& part : layers().parts()) {
    content.tensors["state." + part.name + ".step"] = tensor_of({}, {0.0f});
    content.tensors["state." + part.name + ".sum"] =
        tensor_of(part.shape, std::vector<float>(count_of(part.shape), 0.1f));
  }
  const SavedOptimizer start = from_torch(content, layers(), false, 0);
  EXPECT_EQ(start.state[0], 0u);
  EXPECT_EQ(start.slots[0], std::vector<float>(kCount));
  EXPECT_EQ(floats_of(to_torch(start, layers()).tensors.at("state.norm.bias.sum")),
            std::vector<float>(4, 0.1f));
  content.tensors["state.norm.bias.sum"] = tensor_of({4}, {0.1f, 0.1f, 0.2f, 0.1f});
  expect_refused(content, "not those of a start");
}

TEST(Convert, RefusesSavedBytesThatAreSpoilt) {
  const std::string bytes = write_saved(run_of(*gls_rule_named("adam"), 3));
  const auto said = [](const std::string& text) {
    try {
      parse_saved("f", text);
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  ASSERT_EQ(said(bytes), "");
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_NE(said(bytes.substr(0, size)), "") << size;
  EXPECT_NE(said(bytes + "x"), "");
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string spoilt = bytes;
    spoilt[i] = static_cast<char>(spoilt[i] ^ 4);
    EXPECT_NE(said(spoilt), "") << i;
  }
}

}  // namespace
