// SPDX-License-Identifier: Apache-2.0
// The door of a store: what save and restore need beyond its C face. store.cpp alone knows the fields.
//
// A failure stays, until rewind, begin or store_seek: a long run of reads or writes needs one look at its
// end.
#ifndef GLISSADE_SRC_STORE_HPP
#define GLISSADE_SRC_STORE_HPP

#include "glissade/storage/store.h"

namespace glissade {

// While the store is read: the place of the next byte, and how many bytes are left.
uint32_t store_tell(const gls_store& store);
uint32_t store_left(const gls_store& store);

// As gls_store_get, but a failure stays, and gives zeros in the place of bytes.
void store_get(gls_store& store, void* bytes, size_t size);

// Goes to a place. Forgets the failure that stayed until now, and returns it.
gls_status store_seek(gls_store& store, uint32_t place);

// While the store is written: makes this status the failure that stays, and returns it.
gls_status store_fail(gls_store& store, gls_status status);

// As gls_store_put, but a failure stays. What is written goes into sums[sum] (0 or 1), which are kept from
// piece to piece. store_put_sum writes such a sum, a CRC-32, and begins it anew; sum 0 goes into sum 1.
void store_put(gls_store& store, const void* bytes, size_t size, uint32_t sum);
void store_put_sum(gls_store& store, uint32_t sum);

// While a state is written in pieces: are the next bytes, so many, all for another piece? Then they are
// passed over. Or is something of them in flash already?
bool store_passes(gls_store& store, uint64_t size);
bool store_goes_on(const gls_store& store);

// GLS_OK: none stays.
gls_status store_failure(const gls_store& store);

// Until rewind, or not: gls_restore_from checks whether what it would read can be restored, and writes
// nothing.
void store_only_check(gls_store& store, bool only = true);
bool store_only_checks(const gls_store& store);

bool store_is_open(const gls_store& store);
void store_close(gls_store& store);

// What the open said.
gls_status store_found(const gls_store& store);

}  // namespace glissade

#endif
