// SPDX-License-Identifier: Apache-2.0
// `glissade tflite`: the model that is shipped, on its file's side.
#include <filesystem>
#include <iostream>

#include "apps/tool/commands.hpp"
#include "apps/tool/files.hpp"
#include "apps/tool/text.hpp"
#include "apps/tool/tflite/rewrite.hpp"

namespace glissade {
namespace {

// "2-11" or "3,1,4-6".
std::vector<size_t> parse_rows(const std::string& text) {
  constexpr uint32_t kMost = 1000000;
  std::vector<size_t> rows;
  for (const std::string& part : split(text, ',')) {
    const std::vector<std::string> ends = split(part, '-');
    if (ends.size() > 2)
      throw std::runtime_error("--rows: " + quoted(part) + " is no row, and no range of rows");
    const uint32_t first = parse_within(ends.front(), "--rows", 0u, kMost),
                   last = parse_within(ends.back(), "--rows", first, kMost);
    if (rows.size() + (last - first) >= kMost) throw std::runtime_error("--rows: more than 1000000 rows");
    for (uint32_t row = first; row <= last; ++row) rows.push_back(row);
  }
  return rows;
}

Rewritten rewrite(const ModelFile& model, const TfliteOptions& options) {
  if (!options.cut && !options.header && options.state.empty()) return {list_model(model, options.file), ""};
  const Heads heads(model);
  if (options.head >= 0 && static_cast<size_t>(options.head) >= model.operator_count()) {
    throw std::runtime_error("--head: there are " + std::to_string(model.operator_count()) + " operators");
  }
  const Head head = options.head < 0 ? heads.last() : heads.at(static_cast<size_t>(options.head));
  if (options.cut) return cut_model(model, head);
  if (options.header) return {header_of(model, head, options.file), ""};
  return patch_model(model, head, parse_state(read_file(options.state)),
                     options.rows.empty() ? std::vector<size_t>() : parse_rows(options.rows));
}

}  // namespace

void rewrite_tflite(const TfliteOptions& options) {
  const bool model = options.cut || !options.state.empty();
  if (options.in_place && !model)
    throw std::runtime_error("--in-place is for --cut and --patch: only a model is written over its file");
  const std::string place = options.in_place ? options.file : options.output;
  if (model && place.empty())
    throw std::runtime_error("a model is written to -o NEW, or over its own file with --in-place");
  std::error_code none;
  if (!options.in_place && !place.empty() && std::filesystem::equivalent(place, options.file, none)) {
    throw std::runtime_error(place + ": this is the file that is read; --in-place writes over it");
  }
  Rewritten result;
  try {
    const ModelFile file(read_file(options.file));
    result = rewrite(file, options);
  } catch (const Refused& refused) {
    throw std::runtime_error(options.file + ": " + refused.what());
  }
  if (place.empty()) {
    std::cout << result.bytes;
    return;
  }
  write_file(place, result.bytes);
  if (place != "-") std::cout << result.report;  // behind a model's bytes there is nothing
}

}  // namespace glissade
