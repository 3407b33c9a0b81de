// SPDX-License-Identifier: Apache-2.0
// How PyTorch's named tensors lie in the library's one array of weights.
#ifndef GLISSADE_PLATFORM_CONVERT_LAYERS_HPP
#define GLISSADE_PLATFORM_CONVERT_LAYERS_HPP

#include <string>
#include <vector>

#include "apps/tool/safetensors/safetensors.hpp"

namespace glissade {

// One of PyTorch's parameters, and where it lies.
struct PlacedTensor {
  std::string name;           // "fc1.weight"
  std::vector<size_t> shape;  // PyTorch's
  size_t first;               // its first number's place in the array
  bool turned;                // [outputs, inputs] there, [inputs][outputs] here
};

// Parameters one behind the other, as text: layers between commas. fc1=9x32 is a dense layer of 9 inputs and
// 32 outputs, fc1.weight and fc1.bias (=9x32: weight and bias); norm.weight=same:32 a tensor of that shape,
// which lies here as it does there.
class LayerMap {
 public:
  LayerMap() = default;
  // std::runtime_error begins with `what`.
  LayerMap(std::string text, const std::string& what);

  const std::string& text() const { return text_; }
  const std::vector<PlacedTensor>& parts() const { return parts_; }
  size_t count() const { return count_; }  // weights in all
  bool has(const std::string& name) const;
  std::vector<std::string> names() const;

 private:
  void add(const std::string& item, const std::string& what);
  void add(PlacedTensor part, const std::string& what);

  std::string text_;
  std::vector<PlacedTensor> parts_;
  size_t count_ = 0;
};

// Does a name stand before another? Numbers in them count as numbers: layer2 before layer10.
bool before(const std::string& a, const std::string& b);

// The layers that such parameters are, by name and shape, modules in the order of their first one: a module's
// weight [outputs, inputs] and bias [outputs] are a dense layer; a weight and a bias of the same one extent
// are taken as they lie. The others are what does not fit.
LayerMap guess_layers(const SafeTensors& content, const std::vector<std::string>& parameters,
                      std::vector<std::string>& others);

// A parameter's numbers out of the array, and into it.
std::vector<float> taken(const PlacedTensor& part, const std::vector<float>& array);
void put(const PlacedTensor& part, const std::vector<float>& numbers, std::vector<float>& array);

}  // namespace glissade

#endif
