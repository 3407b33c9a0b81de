// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/convert/layers.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <stdexcept>

#include "apps/tool/text.hpp"

namespace glissade {
namespace {

constexpr size_t kMostWeights = size_t{1} << 28;  // 1 GiB, which is the most that is read

std::vector<size_t> parse_extents(const std::string& text, const std::string& what) {
  std::vector<size_t> extents;
  for (const std::string& extent : split(text, 'x'))
    extents.push_back(parse_within(extent, what, 1u, static_cast<uint32_t>(kMostWeights)));
  return extents;
}

std::string extents_text(const std::vector<size_t>& extents) {
  std::string text;
  for (const size_t extent : extents) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// The digits at text[at], without zeros in front; at moves behind them.
std::string digits_at(const std::string& text, size_t& at) {
  std::string digits;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    if (!digits.empty() || text[at] != '0') digits += text[at];
  }
  return digits;
}

// A module's parameters: their shapes by their names in it.
using Module = std::map<std::string, const std::vector<size_t>*>;

// The text of its layers; empty: it does not fit.
std::string layers_of(const std::string& prefix, const Module& module) {
  const auto weight = module.find("weight"), bias = module.find("bias");
  if (module.size() != 2 || weight == module.end() || bias == module.end()) return "";
  const std::vector<size_t>&w = *weight->second, &b = *bias->second;
  if (prefix.find_first_of(",=") != std::string::npos || b.size() != 1 || w.empty() || w[0] != b[0] ||
      std::count(w.begin(), w.end(), size_t{0}) != 0)
    return "";
  const std::string name = prefix.empty() ? "" : prefix.substr(0, prefix.size() - 1);
  if (w.size() == 2) return name + "=" + extents_text({w[1], w[0]});
  const std::string same = "=same:" + extents_text(b);
  return w.size() == 1 ? prefix + "weight" + same + "," + prefix + "bias" + same : "";
}

}  // namespace

LayerMap::LayerMap(std::string text, const std::string& what) : text_(std::move(text)) {
  for (const std::string& item : split(text_, ',')) add(item, what);
}

void LayerMap::add(const std::string& item, const std::string& what) {
  const std::string same = "same:", where = what + ": " + quoted(item);
  const size_t equals = item.find('=');
  if (equals == std::string::npos)
    throw std::runtime_error(where + " is neither NAME=INPUTSxOUTPUTS nor NAME=same:EXTENTS");
  const std::string name = item.substr(0, equals), extents = item.substr(equals + 1);
  if (extents.compare(0, same.size(), same) == 0) {
    if (name.empty()) throw std::runtime_error(where + " names no tensor");
    const std::string shape = extents.substr(same.size());
    add({name, shape.empty() ? std::vector<size_t>() : parse_extents(shape, where), count_, false}, where);
    return;
  }
  const std::vector<size_t> sides = parse_extents(extents, where);
  if (sides.size() != 2) throw std::runtime_error(where + ": a dense layer is INPUTSxOUTPUTS");
  const std::string prefix = name.empty() ? "" : name + ".";
  add({prefix + "weight", {sides[1], sides[0]}, count_, true}, where);
  add({prefix + "bias", {sides[1]}, count_, false}, where);
}

void LayerMap::add(PlacedTensor part, const std::string& what) {
  if (has(part.name)) throw std::runtime_error(what + ": " + quoted(part.name) + " a second time");
  size_t count = 1;
  for (const size_t extent : part.shape) {
    if (__builtin_mul_overflow(count, extent, &count) || count > kMostWeights - count_)
      throw std::runtime_error(what + ": more than " + std::to_string(kMostWeights) + " weights");
  }
  count_ += count;
  parts_.push_back(std::move(part));
}

bool LayerMap::has(const std::string& name) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const PlacedTensor& part) { return part.name == name; });
}

std::vector<std::string> LayerMap::names() const {
  std::vector<std::string> names;
  names.reserve(parts_.size());
  for (const PlacedTensor& part : parts_) names.push_back(part.name);
  return names;
}

bool before(const std::string& a, const std::string& b) {
  size_t i = 0, k = 0;
  while (i < a.size() && k < b.size()) {
    if (is_digit(a[i]) && is_digit(b[k])) {
      const std::string x = digits_at(a, i), y = digits_at(b, k);
      if (x != y) return x.size() != y.size() ? x.size() < y.size() : x < y;
    } else if (a[i++] != b[k++]) {
      return static_cast<unsigned char>(a[i - 1]) < static_cast<unsigned char>(b[k - 1]);
    }
  }
  return a.size() - i != b.size() - k ? a.size() - i < b.size() - k : a < b;
}

LayerMap guess_layers(const SafeTensors& content, const std::vector<std::string>& parameters,
                      std::vector<std::string>& others) {
  std::vector<std::string> order;
  std::map<std::string, Module> modules;
  for (const std::string& name : parameters) {
    const size_t dot = name.rfind('.'), leaf = dot == std::string::npos ? 0 : dot + 1;
    const auto [at, is_new] = modules.try_emplace(name.substr(0, leaf));
    at->second[name.substr(leaf)] = &content.tensors.at(name).shape;
    if (is_new) order.push_back(at->first);
  }
  std::string text;
  for (const std::string& prefix : order) {
    const Module& module = modules.at(prefix);
    const std::string layers = layers_of(prefix, module);
    if (!layers.empty()) text += (text.empty() ? "" : ",") + layers;
    for (const auto& [leaf, shape] : module) {
      if (layers.empty()) others.push_back(prefix + leaf);
    }
  }
  return text.empty() ? LayerMap() : LayerMap(text, "layers");
}

std::vector<float> taken(const PlacedTensor& part, const std::vector<float>& array) {
  std::vector<float> numbers(count_of(part.shape));
  const size_t columns = part.turned ? part.shape[1] : 1, rows = part.turned ? part.shape[0] : numbers.size();
  for (size_t row = 0; row < rows; ++row) {
    for (size_t column = 0; column < columns; ++column)
      numbers[row * columns + column] = array[part.first + column * rows + row];
  }
  return numbers;
}

void put(const PlacedTensor& part, const std::vector<float>& numbers, std::vector<float>& array) {
  const size_t columns = part.turned ? part.shape[1] : 1, rows = part.turned ? part.shape[0] : numbers.size();
  for (size_t row = 0; row < rows; ++row) {
    for (size_t column = 0; column < columns; ++column)
      array[part.first + column * rows + row] = numbers[row * columns + column];
  }
}

}  // namespace glissade
