/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which src/storage/store.cpp commits, for Spin: every cut, everywhere, with everything that was not synced there, not
 * there, or torn. Checksums are left out: whoever opens the store believes a header that is not torn. The order alone must
 * make that right; the checksums of the real store are for flash that rots.
 *
 * With -DHEADER_FIRST, -DOVERWRITE_NEWEST or -DNO_SYNC it is a wrong order, and must fail. */
#define ATTEMPTS 5 /* commits that are tried */
#define UNITS 2    /* of bytes in a slot */
#define ERASED 0
#define TORN 255

/* As reads see them, and as they are after a cut. A cell holds the attempt that wrote it. */
byte bytes[4], durable_bytes[4];                            /* slot s, unit u: 2 s + u */
byte header[2], durable_header[2];                          /* the attempt */
byte number[2];                                             /* the sequence number in it, once it is there */
byte attempt, committed_attempt, committed, newest, target; /* committed: the sequence number */
byte i;

/* Power goes: what was not synced is there, or not, or torn. */
inline cell_after_cut(cell, durable) {
  if
  :: durable = cell
  :: skip
  :: cell != durable -> durable = TORN
  fi;
  cell = durable
}
inline cut() {
  atomic {
    cell_after_cut(bytes[0], durable_bytes[0]);
    cell_after_cut(bytes[1], durable_bytes[1]);
    cell_after_cut(bytes[2], durable_bytes[2]);
    cell_after_cut(bytes[3], durable_bytes[3]);
    cell_after_cut(header[0], durable_header[0]);
    cell_after_cut(header[1], durable_header[1])
  }
}

/* Each of these may be the last that happens. */
#define MAY_CUT if :: skip :: cut(); goto open fi
inline sync() {
  d_step {
    for (i : 0 .. 3) { durable_bytes[i] = bytes[i] }
    for (i : 0 .. 1) { durable_header[i] = header[i] }
  }
}

#define IS_HEADER(s) (header[s] != ERASED && header[s] != TORN)
#define WRITE_HEADER header[target] = attempt; number[target] = committed + 1

active proctype store() {
open:
  skip;
  /* What is found is a whole state: the last one that was committed, or one that was being. */
  d_step {
    newest = 0;
    if
    :: IS_HEADER(1) && (!IS_HEADER(0) || number[1] > number[0]) -> newest = 1
    :: else
    fi;
    if
    :: IS_HEADER(newest) ->
      assert(bytes[2 * newest] == header[newest] && bytes[2 * newest + 1] == header[newest]);
      assert(header[newest] == committed_attempt || header[newest] == attempt);
      committed_attempt = header[newest];
      committed = number[newest]
    :: else -> assert(committed_attempt == 0) /* nothing is there only where nothing was committed */
    fi
  }
  do
  :: attempt == ATTEMPTS -> break
  :: else ->
    attempt++;
#ifdef OVERWRITE_NEWEST
    target = newest;
#else
    target = 1 - newest;
#endif
    bytes[2 * target] = ERASED; MAY_CUT;
    bytes[2 * target + 1] = ERASED; MAY_CUT;
    header[target] = ERASED; MAY_CUT;
#ifdef HEADER_FIRST
    WRITE_HEADER; MAY_CUT;
    sync(); MAY_CUT;
#endif
    bytes[2 * target] = attempt; MAY_CUT;
    bytes[2 * target + 1] = attempt; MAY_CUT;
#ifndef NO_SYNC
    sync(); MAY_CUT;
#endif
#ifndef HEADER_FIRST
    WRITE_HEADER; MAY_CUT;
#endif
    sync();
    committed_attempt = attempt; /* gls_store_commit returns */
    committed = committed + 1;
    newest = target;
    MAY_CUT
  od
}
