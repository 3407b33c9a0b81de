/* SPDX-License-Identifier: Apache-2.0 */
/* Saving and restoring: a rule's whole state (weights, slots, step count, hyper-parameters) as bytes that are
 * the same on every target, so that what a board saved a host can continue, with the bits of a run that never
 * stopped.
 *
 * gls_<rule>_saved_bytes says how many, gls_<rule>_save writes them, gls_<rule>_restore reads them back:
 *
 *   gls_status gls_adam_save(const gls_adam_params* params, const gls_adam_state* state,
 *                            const float* weights, const float* m, const float* v, size_t count,
 *                            void* bytes, size_t size);
 *   gls_status gls_adam_restore(gls_adam_params* params, gls_adam_state* state, float* weights, float* m,
 *                               float* v, size_t count, const void* bytes, size_t size);
 *
 * gls_<rule>_save_to and _restore_from do the same with a store in flash (store.h):
 *
 *   gls_status gls_adam_save_to(params, state, weights, m, v, count, gls_store* store);
 *   gls_status gls_adam_restore_from(params, state, weights, m, v, count, gls_store* store);
 *
 * bytes has any alignment; size is what is there, at least saved_bytes (else GLS_ERROR_SIZE). save refuses
 * numbers that are not finite (GLS_ERROR_NOT_FINITE), so that it never replaces a healthy state by a spoiled
 * one. restore writes nothing unless every byte is as it was saved: GLS_ERROR_MISMATCH where they are of
 * another rule, count or format (or the first 32 are damaged), GLS_ERROR_DAMAGED where a checksum is wrong.
 * CRC-32 finds accidents, not forgeries. Only restore_from can have written something in spite of an error,
 * GLS_ERROR_DEVICE: where the flash, read again, gives other bytes than those that were right a moment ago.
 * Open the store again then.
 *
 * The format, all numbers little-endian: "GLS1"; the library's version, the CRC-32 of the rule's name, the
 * numbers of hyper-parameters, of words of state, and of slots, 4 bytes each; the count of weights, 8 bytes;
 * the hyper-parameters as double (true is 1), 8 bytes each; the state; the weights; each slot. Behind each
 * 1024 of these bytes, and behind the rest, stands their CRC-32; at the end the CRC-32 of those checksums. */
#ifndef GLISSADE_SAVED_H
#define GLISSADE_SAVED_H

#include "glissade/rules/common.h"

/* Enough bytes for any rule with this many slots: for static memory. */
#define GLS_SAVED_BYTES_MAX(slots, count) (256 + 4 * (size_t)(count) * ((slots) + 1) * 257 / 256)

/* CRC-32 as in zlib. crc: 0 at the start, or the result for the bytes before. bytes may be null where size is
 * 0. */
GLS_FUNCTION uint32_t gls_crc32(uint32_t crc, const void* bytes, size_t size);

#endif
