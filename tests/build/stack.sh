#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# stack.sh LIMIT BUILD: the stack that each function of the library takes (GCC's -fstack-usage), the largest first. Where slots
# or weights are not floats (formats.h), a block of each is decoded in a frame of its own: 256 bytes for a slot, and 16 more.
set -euo pipefail
limit=$1
frames=$(find "$2"/CMakeFiles/glissade*.dir -name '*.su' -exec cat {} +)
[ -n "$frames" ] || { echo "FAILED: no .su files under $2"; exit 1; }
awk -F'\t' -v limit="$limit" '
  { sub(/^[^:]*\/(glissade\/|src\/|platform\/)?/, "", $1) }
  { print $2 "\t" $3 "\t" $1 }
  { slots = $1 ~ /copy_block|sweep_block_of_weights/ ? 1 : match($1, /sweep_slots.*kSlots = [0-9]+/) ? substr($1, RSTART + RLENGTH - 1, 1) : 0
    most = slots > 0 ? 256 * slots + 16 : limit }
  $2 > most || ($3 !~ /static/ && $3 !~ /bounded/) { bad = 1 }
  END { exit bad }' <<<"$frames" | sort -rn | sed -n 1,12p
[ "${PIPESTATUS[0]}" = 0 ] || { echo "FAILED: a function takes more than $limit bytes of stack"; exit 1; }
