// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <stdexcept>

#include "apps/demo/head_log.hpp"
#include "apps/tool/any_rule.hpp"
#include "apps/tool/head_log_file.hpp"
#include "apps/tool/text.hpp"
#include "glissade/storage/store.h"

namespace glissade {
namespace {

constexpr uint64_t kMostBytes = uint64_t{1} << 28;

// The memory that a head needs.
uint64_t bytes_of(const HeadSetup& setup) {
  const gls_head& head = setup.head;
  const uint64_t inputs = head.inputs, outputs = head.outputs, samples = head.samples,
                 slots = make_rule(setup.rule, 0)->slots(),
                 targets = head.kind == &gls_head_autoencoder ? 0 : sizeof(float) * outputs,
                 label = head.kind == &gls_head_classes ? 1 : targets;
  return GLS_HEAD_BYTES(inputs, outputs, slots, samples, label);
}

// A head as the log's device had it, and a store in memory that begins empty.
class Run {
 public:
  explicit Run(const HeadLog& log);
  ~Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Status call(const HeadCall& call);
  uint32_t crc() const;
  Status committed(std::string& state);

 private:
  Status start(const HeadSetup& setup);
  Status observe(const HeadCall& call);
  Status train(uint32_t pieces);

  static constexpr uint32_t kBlock = 4096, kProg = 256;

  const HeadLog& log_;
  std::unique_ptr<AnyRule> rule_;
  gls_head head_ = {};
  std::vector<float> memory_;
  std::vector<unsigned char> flash_bytes_, buffer_ = std::vector<unsigned char>(kProg);
  gls_memory_flash memory_flash_ = {};
  gls_flash flash_ = {};
  gls_store store_ = {};
};

Run::Run(const HeadLog& log) : log_(log) {
  uint64_t bytes = 0;
  for (const HeadSetup& setup : log.setups) bytes = std::max(bytes, bytes_of(setup));
  if (bytes > kMostBytes) throw std::runtime_error(log.path + ": a head of more than 256 MiB");
  memory_.resize(static_cast<size_t>(bytes / sizeof(float) + 1));
  // What is saved is less than the memory and some headers; a slot also has its own.
  const uint32_t blocks = static_cast<uint32_t>(2 * ((bytes + 2 * uint64_t{kBlock}) / kBlock + 1));
  flash_bytes_.assign(size_t{blocks} * kBlock, 0xff);
  memory_flash_ = {flash_bytes_.data(), nullptr};
  flash_ = {gls_memory_flash_read,
            gls_memory_flash_prog,
            gls_memory_flash_erase,
            gls_memory_flash_sync,
            &memory_flash_,
            1,
            kProg,
            kBlock,
            blocks,
            buffer_.data(),
            nullptr};
  const Status opened = gls_store_open(&store_, &flash_);
  if (opened != GLS_ERROR_EMPTY) throw std::runtime_error(log.path + ": " + gls_status_text(opened));
}

// As after power on: the rule's parameters are those of its line again.
Status Run::start(const HeadSetup& setup) {
  rule_ = make_rule(setup.rule, 0);
  head_ = setup.head;
  head_.optimizer = rule_->optimizer();
  gls_int8_dense shipped = setup.layer;
  std::vector<gls_int8_multiplier> unused(setup.scales.size());
  shipped.weights = setup.weights.data();
  shipped.biases = setup.biases.data();
  shipped.weight_scales = setup.scales.data();
  shipped.multipliers = unused.data();
  shipped.scale_count = setup.head.scales <= 1 ? 1 : setup.scales.size();
  shipped.input_count = setup.head.inputs;
  shipped.input_scale = setup.head.input_scale;
  shipped.input_zero = setup.head.input_zero;
  shipped.rounding = setup.head.rounding;
  return gls_head_start(&head_, memory_.data(), memory_.size() * sizeof(float),
                        setup.shipped ? &shipped : nullptr);
}

Status Run::observe(const HeadCall& call) {
  const auto label = static_cast<uint8_t>(call.number);
  const void* const what =
      head_.kind == &gls_head_classes ? static_cast<const void*>(&label) : call.targets.data();
  return gls_head_observe(&head_, call.features.data(), what);
}

Status Run::train(uint32_t pieces) {
  Status status = gls_head_train(&head_);
  for (uint32_t i = 1; status == GLS_OK && (pieces == 0 ? head_.phase == GLS_HEAD_TRAINING : i < pieces); ++i)
    status = gls_head_train(&head_);
  return status;
}

Status Run::call(const HeadCall& call) {
  const auto condition = static_cast<gls_head_condition>(call.number);
  switch (call.what) {
    case HeadCall::kStart:
      return start(log_.setups[call.number]);
    case HeadCall::kRestore:
      return gls_head_restore_from(&head_, &store_);
    case HeadCall::kObserve:
      return observe(call);
    case HeadCall::kSet:
      rule_->set(call.name, call.value);
      return GLS_OK;
    case HeadCall::kTrainBegin:
      return gls_head_train_begin(&head_, call.number);
    case HeadCall::kTrain:
      return train(call.number);
    case HeadCall::kAccept:
      return gls_head_accept(&head_, condition);
    case HeadCall::kCommit:
      return gls_head_commit(&head_, &store_, condition);
    case HeadCall::kDiscard:
      return gls_head_discard(&head_);
    case HeadCall::kCrc:
      break;
  }
  return GLS_OK;
}

uint32_t Run::crc() const {
  return demo::float_crc(demo::int8_crc(head_.layers[head_.in_use]), head_.optimizer, rule_->slots(),
                         rule_->state_bytes());
}

Status Run::committed(std::string& state) {
  Status status = gls_head_commit(&head_, &store_, GLS_HEAD_ALWAYS);
  if (status == GLS_OK) status = gls_store_rewind(&store_);
  state.resize(store_.size);
  return status == GLS_OK ? gls_store_get(&store_, state.data(), store_.size) : status;
}

std::string hex(uint32_t word) {
  char text[9];
  std::snprintf(text, sizeof text, "%08x", word);
  return text;
}

}  // namespace

HeadLogResult run_head_log(const HeadLog& log, std::string* state) {
  HeadLogResult result;
  Run run(log);
  std::string line = std::string(gls_backend_active()) + " " +
                     quoted(std::filesystem::path(log.path).filename().string()) + " a head by " +
                     log.setups.back().rule + ": ";
  for (const HeadCall& call : log.calls) {
    const Status status = run.call(call);
    if (status != GLS_OK)
      throw std::runtime_error(call.where + ": " + call.name + ": " + gls_status_text(status));
    if (call.what != HeadCall::kCrc) continue;
    ++result.compared;
    const uint32_t crc = run.crc();
    if (crc == call.number || !result.same) continue;
    result.same = false;
    line += "crc " + hex(crc) + ", not " + hex(call.number) + " as in " + call.where;
  }
  if (result.same) line += "crc " + hex(run.crc()) + (result.compared > 0 ? ", same" : ", computed");
  std::cout << line << "\n";
  if (state == nullptr) return result;
  const Status status = run.committed(*state);
  if (status != GLS_OK)
    throw std::runtime_error(log.path + ": its end cannot be committed: " + gls_status_text(status));
  return result;
}

}  // namespace glissade
