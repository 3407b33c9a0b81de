/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Slots in fewer bytes: a slot (one buffer of a rule's state) in bfloat16, 2 bytes per weight, or in 8 bits,
 * 1.016 bytes; and weights in bfloat16 (at the end).
 *
 *     static uint8_t memory[GLS_SLOTS_8BIT_BYTES(2, 683)];
 *     gls_optimizer optimizer = gls_slots_8bit(gls_adam(&params, &state, weights, 0, 0, 683), memory);
 *     gls_status status = gls_step(&optimizer, gls_gradient_buffer(gradients), 1.0f);
 *
 * Nothing of a rule changes. A step decodes the slots of a block of 64 weights to floats, steps these
 * weights, and encodes what comes out. Encoding rounds at random, up or down, so that a slot that changes by
 * less than a code's distance still moves in the mean. The random bits are counted, not drawn: the same on
 * every target, however a step is cut or distributed. An optimizer with such slots is stepped as any other,
 * but
 *   - a range of gls_sweep() begins at a multiple of 64, and ends at one or at the count, or else it is
 *     GLS_ERROR_RANGE;
 *   - gls_rprop, gls_asgd, gls_rmsprop_centered and gls_rmsprop_centered_momentum do not bear it:
 *     each call that looks at slots (gls_begin() does not) is GLS_ERROR_RANGE;
 *   - saved bytes (storage/saved.h) are of its format and its seed.
 *
 * The random bits of weight j of a block are r = s + j * 0x9E3779B9, the same for all slots, with
 * s = h(seed + t * 0x9E3779B9 + block * 0x85EBCA6B) modulo 2^32; h(x) is x ^= x >> 16, x *= 0x7FEB352D,
 * x ^= x >> 15, x *= 0x846CA68B, x ^= x >> 16. t is the step, as the rule's state counts it from 1 (to 2^32 -
 * 1, where it stays: from then on a block has the same random bits in each step); block is
 * (gls_optimizer.first + the weight's number) / 64, rounded down.
 *
 * A slot's memory is whole words of 4 bytes. What that adds at its end is zero, as all is at the start: no
 * step reads or writes it.
 *
 * bfloat16: the upper half of the float's bits plus r >> 16. A finite number never becomes infinite; NaN is
 * 0x7FC0.
 *
 * 8 bits: with the magnitude's bits, k = (bits + (r >> 12)) >> 20, at most 2039; 2040 for infinity, 2044 for
 * NaN. A block has an exponent E, its largest k / 8, rounded down. A slot that may be below 0 keeps 15 powers
 * of two below its block's largest number: x = k - 8 (E + 1) + 128; the code is 0 where x < 8 or k < 8, else
 * x, and its bit 7 is the sign. A slot that is never below 0 keeps 31: x = k - 8 (E + 1) + 256; where E >= 32
 * the code is x, at least 1, so that it is never 0; where E < 32 it is 0 where k < 8, else x. Decoded, k goes
 * to its place in a float; below 8 it is 0. Codes 1 to 7 of a slot with a sign, and codes other than 0 in a
 * block with E = 0, are never written; a state that was damaged may hold some, and what number they are then
 * is not said. In a block with E = 255 something is not finite. A slot's memory is its codes, one for each
 * weight, then E of each block. */
#ifndef GLISSADE_FORMATS_H
#define GLISSADE_FORMATS_H

#include "glissade/optimizer.h"

/** The bytes of so many slots of count weights, in 8 bits: for static memory. */
#define GLS_SLOTS_8BIT_BYTES(slots, count) \
  (sizeof(uint32_t) * (slots) * (((count) + ((count) + 63) / 64 + 3) / 4))

/** The numbers of 2 bytes that so many slots of count weights are in bfloat16. */
#define GLS_SLOTS_BFLOAT16_COUNT(slots, count) (sizeof(char) * (slots) * (((count) + 1) / 2 * 2))

/** The optimizer with its slots in 8 bits. memory: uint8_t[GLS_SLOTS_8BIT_BYTES(the rule's slots, count)],
 * zero at the start: its slots one behind the other. What the optimizer's slots were is not looked at. */
GLS_FUNCTION gls_optimizer gls_slots_8bit(gls_optimizer optimizer, uint8_t* memory);

/** The optimizer with its slots in bfloat16. memory: uint16_t[GLS_SLOTS_BFLOAT16_COUNT(the rule's slots,
 * count)], zero at the start: its slots one behind the other. */
GLS_FUNCTION gls_optimizer gls_slots_bfloat16(gls_optimizer optimizer, uint16_t* memory);

/** The numbers of 2 bytes that count weights are in bfloat16. */
#define GLS_WEIGHTS_BFLOAT16_COUNT(count) GLS_SLOTS_BFLOAT16_COUNT(1, count)

/** The optimizer with its weights in bfloat16, for large models on hosts, whose memory or its bus is the
 * limit. weights: uint16_t[GLS_WEIGHTS_BFLOAT16_COUNT(count)], whose last is zero where count is odd. Slots
 * may be in any format, set before or after; every rule bears it.
 *
 *     gls_optimizer optimizer = gls_weights_bfloat16(gls_adam(&params, &state, 0, m, v, count), weights);
 *
 * A step takes each block of 64 weights as floats, and rounds what comes out at random, up or down, so that
 * steps that are smaller than a code's distance (2^-8 of a weight) still move it in the mean; to nearest, the
 * weights would stand still. The random bits are counted as those of slots (above), but a weight's are the
 * lower half: the code is (bits + (r & 0xFFFF)) >> 16. A finite weight never becomes infinite; NaN is 0x7FC0.
 * A weight that a step does not move keeps its code.
 *
 * Such weights lie around those that floats would be, by 2^-9 of each in the mean. Where RAM allows it, keep
 * floats. What slots in fewer bytes ask for, of ranges, seed, first and saved bytes, holds here too. */
GLS_FUNCTION gls_optimizer gls_weights_bfloat16(gls_optimizer optimizer, uint16_t* weights);

/** Numbers in bfloat16 as floats, exactly: for a forward pass. from: uint16_t[count]; to: float[count].
 * GLS_ERROR_OVERLAP where they share memory. On an error nothing is written. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_bfloat16_to_floats(const uint16_t* from, float* to, size_t count);

/** Floats as numbers in bfloat16, each rounded to the nearest, between two to the even one: for weights to
 * begin with. A finite number beyond the largest becomes infinite; NaN becomes 0x7FC0. Sizes and errors as
 * above. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_floats_to_bfloat16(const float* from, uint16_t* to, size_t count);

/** Copies the slots of one optimizer into those of another of the same rule and count, in that one's format:
 * a run with floats goes on in 8 bits, say, or the other way round.
 *
 *     gls_optimizer small = gls_slots_8bit(optimizer, memory);  // the same weights, params and state
 *     gls_status status = gls_copy_slots(&optimizer, &small);
 *
 * Numbers of fewer bytes become floats, and these the same numbers again, without a change. Floats of more
 * bits are rounded with the random bits of `to`: of its seed, its first, and the step that its state counts.
 * Weights and params are not looked at, and may be null or shared; the state is, where slots are not floats.
 * GLS_ERROR_MISMATCH: another rule or count. GLS_ERROR_RANGE: a format that the rule does not bear, or a
 * first that is no multiple of 64. GLS_ERROR_OVERLAP: two slots share memory. On an error nothing is written.
 */
GLS_FUNCTION GLS_NODISCARD gls_status gls_copy_slots(const gls_optimizer* from, const gls_optimizer* to);

#endif
