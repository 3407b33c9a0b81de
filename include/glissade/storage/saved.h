/* SPDX-License-Identifier: Apache-2.0 */
/** @file
 * Saving and restoring: an optimizer whole (weights, slots, step count, hyper-parameters) as bytes that are
 * the same on every target, so that what a board saved a host can continue, with the bits of a run that never
 * stopped.
 *
 * The format, all numbers little-endian: "GLS1"; the library's version, the CRC-32 of the rule's name, the
 * numbers of hyper-parameters, of words of state, and of slots, 4 bytes each; the count of weights, 8 bytes;
 * the hyper-parameters as double (true is 1), 8 bytes each, in the order of gls_rule_info (those that it says
 * are saved); the state; the weights; each slot. Behind each 1024 of these bytes, and behind the rest, stands
 * their CRC-32; at the end the CRC-32 of those checksums.
 *
 * With slots in fewer bytes (formats.h) it is "GLS6", where they are in 8 bits, or "GLS7", in bfloat16, in
 * place of "GLS1"; the count has 4 bytes, and the next 4 are gls_optimizer.seed; each slot is its memory as
 * it lies. With weights in bfloat16 it is "GLS8", where slots are floats, "GLS9", where they are in 8 bits,
 * or "GLS\10" (a byte 10), where they are in bfloat16; then the weights are their memory, too.
 * gls_optimizer.first is not saved. Such an optimizer of more than 2^32 - 1 weights is not saved
 * (GLS_ERROR_RANGE), and on a big-endian target none is. */
#ifndef GLISSADE_SAVED_H
#define GLISSADE_SAVED_H

#include "glissade/optimizer.h"

struct gls_store; /* glissade/storage/store.h */

/** Enough bytes for any rule with this many slots: for static memory. (In C++, Optimizer::saved_bytes() says
 * how many there are.) */
#define GLS_SAVED_BYTES_MAX(slots, count) \
  (256 + sizeof(float) * (count) * ((slots) + 1) + sizeof(char) * (count) * ((slots) + 1) / 64)

/** How many bytes gls_save() writes. 0 where the optimizer or its rule is null, where it is more than any
 * memory holds, or where an optimizer with such slots is not saved. */
GLS_FUNCTION size_t gls_saved_bytes(const gls_optimizer* optimizer);

/** Writes everything to bytes, of any alignment. size: the bytes there are, at least gls_saved_bytes(), or it
 * is GLS_ERROR_SIZE. Numbers that are not finite are refused (GLS_ERROR_NOT_FINITE), and so are parameters
 * out of range (GLS_ERROR_RANGE), so that a spoiled state never replaces a healthy one. Not in the middle of
 * a step: what gls_begin() computed is not saved. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_save(const gls_optimizer* optimizer, void* bytes, size_t size);

/** Reads back what gls_save() wrote: into params, state, weights and slots. Writes nothing unless every byte
 * is as it was saved: GLS_ERROR_SIZE where there are fewer bytes than gls_saved_bytes(); GLS_ERROR_MISMATCH
 * where they are of another rule, count or format, or with slots or weights in fewer bytes of another seed
 * (or the first 32 are damaged); GLS_ERROR_DAMAGED where a checksum is wrong, or the parameters are out of
 * range. CRC-32 finds accidents, not forgeries. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_restore(const gls_optimizer* optimizer, const void* bytes,
                                                  size_t size);

/** gls_save() into a store, after gls_store_begin(): the same bytes. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_save_to(const gls_optimizer* optimizer, struct gls_store* store);

/** gls_restore() from a store. It alone can have written something in spite of an error, GLS_ERROR_DEVICE:
 * where the flash, read again, gives other bytes than those that were right a moment ago. Open the store
 * again then. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_restore_from(const gls_optimizer* optimizer,
                                                       struct gls_store* store);

/** gls_save() through a callback, without room for all the bytes: the same bytes, one after the other, in
 * pieces of 4 to 1,024 bytes. write gets context and takes the next size bytes; it returns 0, or something
 * else where it fails: then it is not called again, and the result is GLS_ERROR_DEVICE. What it has taken by
 * then is no saved optimizer; write to a file of another name and rename it. What is refused is refused
 * before the first call. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_save_by(const gls_optimizer* optimizer,
                                                  int (*write)(void* context, const void* bytes, size_t size),
                                                  void* context);

/** gls_restore() through a callback. read gets context and writes size bytes, those that lie offset bytes
 * behind the first saved one; it returns 0, or something else where it fails (GLS_ERROR_DEVICE). It is called
 * for all bytes twice, first to check them, then to read them, each time with ascending offsets. So nothing
 * is written unless every byte is as it was saved; only if the second reading fails, or gives other bytes
 * than the first, has something been written in spite of GLS_ERROR_DEVICE. */
GLS_FUNCTION GLS_NODISCARD gls_status gls_restore_by(const gls_optimizer* optimizer,
                                                     int (*read)(void* context, size_t offset, void* bytes,
                                                                 size_t size),
                                                     void* context);

/** CRC-32 as in zlib. crc: 0 at the start, or the result for the bytes before. bytes may be null where size
 * is 0. */
GLS_FUNCTION uint32_t gls_crc32(uint32_t crc, const void* bytes, size_t size);

#endif
