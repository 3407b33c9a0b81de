// SPDX-License-Identifier: Apache-2.0
#include "layers.hpp"
#include "peers.hpp"

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

void train(float* weights, const float* inputs, const size_t* labels, float* m, float* v, float rate) {
  constexpr Index kIn = kNetwork[0], kUnits = kNetwork[1], kClasses = kNetwork[2], kBatch = kNetworkSamples;
  constexpr Index kFirst = (kIn + 1) * kUnits, kAll = kNetworkWeights;
  using Inputs = Eigen::Matrix<float, kBatch, kIn, Eigen::RowMajor>;
  using Hidden = Eigen::Matrix<float, kBatch, kUnits, Eigen::RowMajor>;
  using Outputs = Eigen::Matrix<float, kBatch, kClasses, Eigen::RowMajor>;
  using First = Eigen::Matrix<float, kIn, kUnits, Eigen::RowMajor>;
  using Second = Eigen::Matrix<float, kUnits, kClasses, Eigen::RowMajor>;
  const Eigen::Map<const Inputs> x(inputs);
  const Eigen::Map<const First> w1(weights);
  const Eigen::Map<const Second> w2(weights + kFirst);
  const Row b1(weights + kIn * kUnits, kUnits), b2(weights + kFirst + kUnits * kClasses, kClasses);
  Hidden h;
  h.noalias() = x * w1;
  h = (h.rowwise() + b1).cwiseMax(0.0f);
  Outputs p;
  p.noalias() = h * w2;
  p.rowwise() += b2;
  p.colwise() -= p.rowwise().maxCoeff().eval();
  p = p.array().exp();
  p.array().colwise() /= p.rowwise().sum().eval().array();
  for (Index s = 0; s < kBatch; ++s) p(s, static_cast<Index>(labels[s])) -= 1.0f;
  Eigen::Matrix<float, kAll, 1> gradients;
  Eigen::Map<First> g1(gradients.data());
  Eigen::Map<Second> g2(gradients.data() + kFirst);
  g2.noalias() = h.transpose() * p;
  Eigen::Map<Eigen::RowVectorXf>(gradients.data() + kFirst + kUnits * kClasses, kClasses) = p.colwise().sum();
  Hidden dh;
  dh.noalias() = p * w2.transpose();
  dh = (h.array() > 0.0f).select(dh, 0.0f);
  g1.noalias() = x.transpose() * dh;
  Eigen::Map<Eigen::RowVectorXf>(gradients.data() + kIn * kUnits, kUnits) = dh.colwise().sum();
  Eigen::Map<Eigen::Array<float, kAll, 1>> w(weights), a(m), b(v);
  const auto g = gradients.array();
  constexpr float kMean = 1.0f / kNetworkSamples;
  a = 0.9f * a + (0.1f * kMean) * g;
  b = 0.999f * b + (0.001f * kMean * kMean) * g.square();
  w -= (rate * kRootCorrection2 / kCorrection1) * a / (b.sqrt() + 1e-8f * kRootCorrection2);
}

constexpr LayerPeer kEigen = {forward, backward, train};

}  // namespace

const LayerPeer* eigen_layer() { return &kEigen; }
#else
const LayerPeer* eigen_layer() { return nullptr; }
#endif
