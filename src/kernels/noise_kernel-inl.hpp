// SPDX-License-Identifier: Apache-2.0
// Gradient noise.
#ifndef GLISSADE_SRC_KERNELS_NOISE_KERNEL_INL_HPP
#define GLISSADE_SRC_KERNELS_NOISE_KERNEL_INL_HPP

#include "kernels/elementary-inl.hpp"
#include "kernels/loops-inl.hpp"
#include "numbers/philox.hpp"

namespace glissade {
namespace GLISSADE_BACKEND {

namespace {

// Two independent normal numbers from two words (Box and Muller 1958). The first is moved into (0, 1), so
// that no logarithm is infinite; the second is an angle in turns.
GLISSADE_INLINE void box_muller(const uint32_t (&words)[4], int first, float (&normals)[4]) {
  const Scalar uniform = fma(Scalar(static_cast<float>(words[first])), Scalar(0x1p-32f), Scalar(0x1p-33f));
  const Scalar radius = sqrt(log(uniform) * -2.0f);
  Scalar sine(0.0f), cosine(0.0f);
  sine_and_cosine(words[first + 1], sine, cosine);
  (radius * cosine).store(normals + first);
  (radius * sine).store(normals + first + 1);
}

__attribute__((noinline)) void four_normals(const NoiseStream& stream, uint64_t block, float (&normals)[4]) {
  uint32_t words[4] = {static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), stream.step,
                       kNoiseStream};
  philox(words, stream.seed);
  box_muller(words, 0, normals);
  box_muller(words, 2, normals);
}

}  // namespace

void add_noise(const NoiseStream* stream, float* gradients, size_t first, size_t count) {
  float normals[4];
  for (size_t i = 0; i < count; ++i) {
    const size_t number = first + i;
    if (i == 0 || number % 4 == 0) four_normals(*stream, number / 4, normals);
    fma(Scalar::load(normals + number % 4), Scalar(stream->deviation), Scalar::load(gradients + i))
        .store(gradients + i);
  }
}

}  // namespace GLISSADE_BACKEND
}  // namespace glissade

#endif
