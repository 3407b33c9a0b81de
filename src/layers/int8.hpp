// SPDX-License-Identifier: Apache-2.0
// What the calls of an int8 layer check.
#ifndef GLISSADE_SRC_LAYERS_INT8_HPP
#define GLISSADE_SRC_LAYERS_INT8_HPP

#include "backend/gate.hpp"
#include "numbers/int8.hpp"

namespace glissade {

inline Status check_layer(Backend backend, const gls_int8_dense* layer) {
  if (backend.is_none()) return GLS_ERROR_BACKEND;
  return layer == nullptr ? GLS_ERROR_NULL : GLS_OK;
}

// Numbers that scales may be; and those that are left as they are by arithmetic that flushes.
inline bool is_scale(float x) { return float_bits(x) - 1 < 0x7f800000u - 1; }
inline bool is_normal_scale(float x) { return float_bits(x) - 0x00800000u < 0x7f800000u - 0x00800000u; }

GLISSADE_SHARED bool counts_fit(const gls_int8_dense& l) {
  return l.input_count - 1 < GLS_INT8_INPUTS_MOST && l.output_count != 0 &&
         (l.scale_count == 1 || l.scale_count == l.output_count) &&
         elements(l.input_count + 1, l.output_count) <= kMostFloats;
}

// Scales of the weights and of the inputs.
GLISSADE_SHARED bool scales_fit(const gls_int8_dense& l) {
  bool fit = is_scale(l.input_scale);
  for (size_t c = 0; c < l.scale_count; ++c) fit = fit && is_scale(l.weight_scales[c]);
  return fit;
}

inline size_t scale_index(const gls_int8_dense& l, size_t c) { return l.scale_count == 1 ? 0 : c; }

// Where a float layer is written to as an int8 one.
struct Written {
  int8_t* weights;
  int32_t* biases;
  float* scales;
};

// gls_int8_dense_requantize() with new scales, in pieces: the checks and the scales, and then some weights of
// an output, [first .. last), of which number input_count is its bias.
Status requantize_scales(const gls_int8_dense& l, const float* weights, float* scales);
void requantize_some(const gls_int8_dense& l, const float* weights, size_t output, size_t first, size_t last,
                     Written to);

// Memory: so many bytes.
struct Span {
  const void* begin;
  size_t count;
};
inline Span weights_of(const gls_int8_dense& l, const int8_t* weights) {
  return {weights, l.input_count * l.output_count};
}
inline Span biases_of(const gls_int8_dense& l, const int32_t* biases) {
  return {biases, biases == nullptr ? 0 : l.output_count * sizeof(int32_t)};
}
inline Span scales_of(const gls_int8_dense& l, const float* scales) {
  return {scales, scales == nullptr ? 0 : l.scale_count * sizeof(float)};
}
inline Span floats_of(const gls_int8_dense& l, const float* weights) {
  return {weights, (l.input_count + 1) * l.output_count * sizeof(float)};
}
template <class T>
Span object_of(const T* object) {
  return {object, object == nullptr ? 0 : sizeof(T)};
}

// Whether what is written shares memory with nothing else.
template <class... Other>
bool stands_apart(Span written, Other... others) {
  return !(... || overlap_bytes(written.begin, written.count, others.begin, others.count));
}

}  // namespace glissade

#endif
