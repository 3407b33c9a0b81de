#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# job.sh BUILD [TABLE COMPILER-VERSION]: a line per firmware of a head's whole job (head_job.cpp): the rule, bytes of flash of the
# library, of the compiler's helpers, of all RAM with the stack, and of the stack alone. With the committed TABLE: fails where
# flash grew by more than 2 %, or RAM at all, or beyond the 16 KB of the smallest board. A change on purpose: write the output
# into the table. Another compiler than the table's is not judged.
set -euo pipefail
build=$1 table=${2-} version=${3-}
nm=$(sed -n 's/^CMAKE_NM:[A-Z]*=//p' "$build/CMakeCache.txt")
read -ra emulator <"$build/emulator"
sizes=$(for program in "$build"/tests/job_*; do
  said=$("${emulator[@]}" "$program" 2>&1 | tail -n 1)
  [[ $said =~ ^RAM\ [0-9]+\ [0-9]+$ ]] || { echo "FAILED: ${program##*/}: $said" >&2; exit 1; }
  "$nm" -S --radix=d --defined-only "$program" | awk -v rule="${program##*/job_}" -v ram="${said#RAM }" '
    $3 !~ /[tTrRvVwW]/ || seen[$1]++ { next }
    $4 ~ /glissade|gls_/ && $4 !~ /print|exit/ { own += $2 }
    $4 ~ /^(__|mem)/ { helpers += $2 }
    END { print rule, own + 0, helpers + 0, ram }'
done)
echo "$sizes"
[ -n "$table" ] || exit 0
judged=1
[ "$(head -n 1 "$table")" = "# GCC $version" ] || { judged=0; echo "not judged: this is GCC $version"; }
awk -v judged=$judged '
  /^#/ { next }
  NR == FNR { flash[$1] = $2; ram[$1] = $4; next }
  !($1 in flash) { print "FAILED: " $1 " is not in the table"; bad = 1; next }
  judged && $2 > flash[$1] * 1.02 { print "FAILED: flash of " $1 " grew from " flash[$1] " to " $2 " bytes"; bad = 1 }
  judged && $4 > ram[$1] { print "FAILED: RAM of " $1 " grew from " ram[$1] " to " $4 " bytes"; bad = 1 }
  judged && $4 >= 16384 { print "FAILED: " $1 " needs more than 16 KB of RAM"; bad = 1 }
  END { exit bad }' "$table" <(echo "$sizes")
