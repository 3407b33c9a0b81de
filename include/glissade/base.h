/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * What every header of the C face builds on: a call's status, and the words that declare a function. */
#ifndef GLISSADE_BASE_H
#define GLISSADE_BASE_H

#if !defined(__GNUC__) && !defined(__clang__)
#error "Glissade is written in GCC's or clang's language (armclang is clang). This compiler is neither."
#else

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
/** A field's usual value. In C++ it is the field's initializer; in C the same value comes from
 * a macro such as GLS_ADAM_DEFAULTS, or a call such as gls_adam_defaults(). */
#define GLS_DEFAULT(value) = value
/** The same where the usual values of a struct are a macro, C's initializer: the one in its place, from 1. */
#define GLS_USUAL(name, place) = GLS_VALUE(place, GLS_##name##_DEFAULTS)
/** A function of the C face. */
#define GLS_FUNCTION extern "C"
/** What must be so at compile time. */
#define GLS_ASSERT(condition, message) static_assert(condition, message)
/** The alignment of a type inside a struct. */
#define GLS_ALIGNOF(type) alignof(type)
#else
#define GLS_DEFAULT(value)
#define GLS_USUAL(name, place)
#define GLS_FUNCTION extern
#define GLS_ALIGNOF(type) __extension__ _Alignof(type)
#endif

#if !defined(__cplusplus) && __STDC_VERSION__ >= 201112L
#define GLS_ASSERT(condition, message) _Static_assert(condition, message)
#elif !defined(__cplusplus)
#define GLS_ASSERT(condition, message) GLS_ASSERT_AS(condition, __COUNTER__)
#define GLS_ASSERT_AS(condition, number) GLS_ASSERT_NUMBER(condition, number)
#define GLS_ASSERT_NUMBER(condition, number) typedef char gls_assertion_##number[(condition) ? 1 : -1]
#endif

/** A result that must not be dropped. */
#if defined(__cplusplus) && __cplusplus >= 201703L
#define GLS_NODISCARD [[nodiscard]]
#else
#define GLS_NODISCARD __attribute__((warn_unused_result))
#endif

/** @cond INTERNAL */
#define GLS_VALUE(place, ...) GLS_VALUE_##place(__VA_ARGS__, 0)
#define GLS_VALUE_1(value, ...) value
#define GLS_VALUE_2(value, ...) GLS_VALUE_1(__VA_ARGS__)
#define GLS_VALUE_3(value, ...) GLS_VALUE_2(__VA_ARGS__)
#define GLS_VALUE_4(value, ...) GLS_VALUE_3(__VA_ARGS__)
#define GLS_VALUE_5(value, ...) GLS_VALUE_4(__VA_ARGS__)
#define GLS_VALUE_6(value, ...) GLS_VALUE_5(__VA_ARGS__)
#define GLS_VALUE_7(value, ...) GLS_VALUE_6(__VA_ARGS__)
#define GLS_VALUE_8(value, ...) GLS_VALUE_7(__VA_ARGS__)
#define GLS_VALUE_9(value, ...) GLS_VALUE_8(__VA_ARGS__)
/** @endcond */

/** An enum's name, and that it has 4 bytes, whatever the compiler's flags say (-fshort-enums, which bare-metal GCC
 * has of itself). Any int may stand in such an enum; the library looks. */
#ifdef __cplusplus
#define GLS_ENUM(name) name : int
#else
#define GLS_ENUM(name) __attribute__((__mode__(__SI__))) name
#endif

/** @cond INTERNAL */
/* The caller's flags must not change what both sides share. */
struct gls_probe {
  char c;
  uint64_t n;
};
GLS_ASSERT(sizeof(0.1) == 8, "Glissade needs doubles of 64 bits, no -fsingle-precision-constant");
GLS_ASSERT(sizeof(bool) == 1, "Glissade needs the bool of stdbool.h");
GLS_ASSERT(offsetof(struct gls_probe, n) == GLS_ALIGNOF(uint64_t), "Glissade needs structs, not packed ones");
/** @endcond */

/** What a call says: GLS_OK, or why nothing has been written (gls_restore_from has one exception: saved.h).
 */
typedef enum GLS_ENUM(gls_status) {
  GLS_OK = 0,                 /**< done */
  GLS_ERROR_NULL = -1,        /**< a pointer is null that must not be */
  GLS_ERROR_RANGE = -2,       /**< a hyper-parameter, scale or label is NaN or outside its stated range; a
                                 range of weights lies beyond their count, factors are of another count; or a
                                 count is larger than any memory (half the address space in bytes) */
  GLS_ERROR_ALIGNMENT = -3,   /**< a buffer of floats or 32-bit integers is not 4-byte aligned */
  GLS_ERROR_BACKEND = -4,     /**< the named backend (by call or GLISSADE_BACKEND) is not one of this
                                 machine's */
  GLS_ERROR_CURVATURE = -5,   /**< a matrix is not positive definite, or a curvature not positive */
  GLS_ERROR_GRADIENT = -6,    /**< a gradient is infinite, NaN, or so large that it would spoil the state */
  GLS_ERROR_SIZE = -7,        /**< too few bytes to save into or restore from */
  GLS_ERROR_MISMATCH = -8,    /**< the bytes are of another rule, count or format */
  GLS_ERROR_DAMAGED = -9,     /**< the bytes are not as they were saved */
  GLS_ERROR_NOT_FINITE = -10, /**< a weight or slot to be saved or made int8, or an input of which a trace
                                 would stay, is infinite, NaN, or too large */
  GLS_ERROR_DEVICE = -11,     /**< a callback of a store failed, or flash does not read back as it was
                                 programmed */
  GLS_ERROR_EMPTY = -12,      /**< nothing was ever committed to the store */
  GLS_ERROR_FORGED = -13,     /**< no state in the store has a right tag and is new enough */
  GLS_ERROR_ORDER = -14,      /**< a call came before the one it needs: the store is not open, or not reading
                                 or writing; the coefficients are not from gls_begin */
  GLS_ERROR_OVERLAP = -15,    /**< two buffers share memory that must not */
  GLS_ERROR_OLDER = -16,      /**< a store's newest state cannot be read: what is open may be an older one */
  GLS_ERROR_WORSE = -17       /**< what was trained is worse than what is in use, or that is not known */
} gls_status;
GLS_ASSERT(sizeof(gls_status) == 4, "the library's enums have 4 bytes");

/** A short English sentence for a status; never null. */
GLS_FUNCTION const char* gls_status_text(gls_status status);

#endif
#endif
