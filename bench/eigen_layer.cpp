// SPDX-License-Identifier: Apache-2.0
#include "layers.hpp"

#if __has_include(<Eigen/Core>)
#include <Eigen/Core>

namespace {

using Eigen::Index;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const Matrix>;
using Map = Eigen::Map<Matrix>;
using Row = Eigen::Map<const Eigen::RowVectorXf>;

void forward(const float* weights, const float* inputs, float* outputs, size_t samples, size_t n) {
  const Index size = static_cast<Index>(n), count = static_cast<Index>(samples);
  const ConstMap w(weights, size, size);
  const Row biases(weights + n * n, size);
  if (samples == 1) {
    Eigen::Map<Eigen::RowVectorXf> y(outputs, size);
    y = biases;
    y.noalias() += Row(inputs, size) * w;
  } else {
    Map y(outputs, count, size);
    y = biases.replicate(count, 1);
    y.noalias() += ConstMap(inputs, count, size) * w;
  }
}

void backward(const float* weights, const float* inputs, const float* output_gradients,
              float* weight_gradients, float* input_gradients, size_t samples, size_t n) {
  const Index size = static_cast<Index>(n), count = static_cast<Index>(samples);
  const ConstMap w(weights, size, size);
  Map dw(weight_gradients, size, size);
  Eigen::Map<Eigen::RowVectorXf> db(weight_gradients + n * n, size);
  if (samples == 1) {
    const Row x(inputs, size), dy(output_gradients, size);
    dw.noalias() += x.transpose() * dy;
    db += dy;
    Eigen::Map<Eigen::RowVectorXf>(input_gradients, size).noalias() = dy * w.transpose();
  } else {
    const ConstMap x(inputs, count, size), dy(output_gradients, count, size);
    dw.noalias() += x.transpose() * dy;
    db += dy.colwise().sum();
    Map(input_gradients, count, size).noalias() = dy * w.transpose();
  }
}

constexpr LayerPeer kEigen = {forward, backward};

}  // namespace

const LayerPeer* eigen_layer() { return &kEigen; }
#else
const LayerPeer* eigen_layer() { return nullptr; }
#endif
