/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which src/storage/store.cpp commits, for Spin: every reset, everywhere. A reset may keep what was not synced (a
 * killed process, a cache that goes on), or leave each cell of it there, not there, or torn (the power goes); and a header that
 * was being written may read right today and wrong tomorrow. There is a counter, which nobody can set back, and somebody who
 * keeps what was in flash under a right tag, and puts it back.
 *
 * Tags are left out, and so are checksums, once something is committed: whoever opens the store believes a header that is not
 * torn. The order alone must make that right; the checksums of the real store are for flash that rots.
 *
 * With one of these it is a wrong order, and must fail: -DHEADER_FIRST, -DOVERWRITE_NEWEST, -DNO_SYNC; -DNO_FIRST_SYNC (open
 * does not sync), -DONE_HEADER (0.1's), -DCOUNTER_AFTER (0.1's: the counter is raised after the header only). */
#ifndef ATTEMPTS
#define ATTEMPTS 4 /* commits that are tried */
#endif
#define ERASED 0
#define TORN 255
#define WEAK 128 /* added to the attempt: reads as it, or as torn, until it is erased */

/* As reads see them, and as they are after a cut. A cell holds the attempt that wrote it. */
byte bytes[2], durable_bytes[2];
byte first[2], durable_first[2], second[2], durable_second[2]; /* the two headers of each slot */
byte number[8];                    /* by attempt: the sequence number that its header bears */
byte attempt, newest, target;      /* the slot that was taken; the one that is written */
byte opened, acknowledged;         /* attempts: what the last open took; what a commit returned GLS_OK for */
byte counted, tried;               /* the counter */
byte used;                         /* the highest number that was ever in flash under a tag */
byte i, one, other;

#define VALUE(cell) (cell & 127)

/* Power goes: what was not synced is there, or not, or torn. */
inline cell_after_cut(cell, durable) {
  if
  :: durable = cell
  :: skip
  :: cell != durable -> durable = TORN
  fi;
  cell = durable
}
/* What is weak reads right, or wrong; it stays weak. Wrong is TORN here; the true value is kept by the other copy alone. */
inline weak_cell(cell, durable) {
  if
  :: cell > WEAK && cell != TORN ->
     if
     :: skip
     :: cell = TORN; durable = TORN
     fi
  :: else
  fi
}
inline reset() {
  atomic {
    if
    :: skip /* the cache goes on */
    :: cell_after_cut(bytes[0], durable_bytes[0]);
       cell_after_cut(bytes[1], durable_bytes[1]);
       cell_after_cut(first[0], durable_first[0]);
       cell_after_cut(first[1], durable_first[1]);
       cell_after_cut(second[0], durable_second[0]);
       cell_after_cut(second[1], durable_second[1])
    fi;
    weak_cell(first[0], durable_first[0]);
    weak_cell(first[1], durable_first[1]);
    weak_cell(second[0], durable_second[0]);
    weak_cell(second[1], durable_second[1])
  }
}

/* Each of these may be the last that happens. */
#define MAY_CUT if :: skip :: reset(); goto open fi
/* So may this; and what was being programmed is weak then. */
#define MAY_CUT_IN(cell) if :: skip :: cell = cell | WEAK; reset(); goto open fi
inline sync() {
  d_step {
    for (i : 0 .. 1) {
      durable_bytes[i] = bytes[i];
      durable_first[i] = first[i];
      durable_second[i] = second[i]
    }
  }
}

#define READS(cell) (cell != ERASED && cell != TORN)
#define HEADER(s) (READS(second[s]) -> VALUE(second[s]) : (READS(first[s]) -> VALUE(first[s]) : 0))
#ifdef ONE_HEADER
#define SURE(s) (READS(first[s]))
#else
#define SURE(s) (HEADER(s) != 0 && second[s] != ERASED)
#endif
#define WHOLE(s) (HEADER(s) != 0 && bytes[s] == HEADER(s) && number[HEADER(s)] >= counted)
#define RANK(s) (SURE(s) -> number[HEADER(s)] : 0)

active proctype store() {
open:
  skip;
#ifndef NO_FIRST_SYNC
  sync();
#endif
  d_step {
    one = (RANK(1) > RANK(0) -> 1 : 0);
    other = 1 - one;
    /* From the first commit that said GLS_OK on, no checksum is needed: the order alone makes it right. */
    assert(acknowledged == 0 || HEADER(one) == 0 || bytes[one] == HEADER(one));
    newest = (WHOLE(one) -> one : other);
    if
    :: WHOLE(newest) ->
      assert(HEADER(newest) >= acknowledged); /* never an older one than a commit said GLS_OK to */
      opened = HEADER(newest);
#ifdef COUNTER_AFTER
      if :: number[opened] > counted -> counted = number[opened]; tried = 0 :: else fi;
#else
      assert(number[opened] <= counted + tried);
      if :: number[opened] > counted -> tried = counted + tried - number[opened]; counted = number[opened] :: else fi;
#endif
    :: else ->
      assert(acknowledged == 0); /* nothing is there only where nothing was committed */
      opened = 0;
      newest = 1
    fi
  }
#ifndef ONE_HEADER
  if
  :: opened != 0 && !SURE(newest) -> second[newest] = opened; MAY_CUT_IN(second[newest]); sync()
  :: else
  fi;
#endif
  skip;
  do
  :: attempt == ATTEMPTS -> break
  :: else ->
    attempt++;
#ifdef OVERWRITE_NEWEST
    target = newest;
#else
    target = 1 - newest;
#endif
    first[target] = ERASED; MAY_CUT;
    second[target] = ERASED; MAY_CUT;
    bytes[target] = ERASED; MAY_CUT;
#ifndef HEADER_FIRST
    bytes[target] = attempt; MAY_CUT;
#ifndef NO_SYNC
    sync(); MAY_CUT;
#endif
#endif
#ifdef COUNTER_AFTER
    number[attempt] = counted + 1;
#else
    tried++; MAY_CUT;
    number[attempt] = counted + tried;
#endif
    /* Under this number nothing else was ever tagged: else the older one could be put back for the newer one. */
    assert(number[attempt] > used);
    used = number[attempt];
    first[target] = attempt; MAY_CUT_IN(first[target]);
#ifdef HEADER_FIRST
    sync(); MAY_CUT;
    bytes[target] = attempt; MAY_CUT;
#endif
    sync(); MAY_CUT;
#ifndef ONE_HEADER
    second[target] = attempt; MAY_CUT_IN(second[target]);
    sync(); MAY_CUT;
#endif
    counted = number[attempt];
    tried = 0;
    newest = target;
    opened = attempt;
    acknowledged = attempt; /* gls_store_commit returns */
    MAY_CUT
  od
}
