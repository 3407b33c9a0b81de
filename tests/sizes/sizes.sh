#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sizes.sh NM BUILD VARIANT [TABLE COMPILER-VERSION]: a line per one-rule firmware of a variant (size: as built; fast: with
# kernels optimized for speed): the rule, bytes of flash of the library, of the compiler's helpers, bytes of RAM beside the
# caller's, and of stack below the rule's step (the helpers' left out; - where the compiler does not tell). With the committed
# TABLE: fails where flash or stack grew by more than 2 % or any RAM is taken. A change on purpose: write the output into the
# table. Another compiler than the table's is not judged.
set -euo pipefail
nm=$1 build=$2 variant=$3 table=${4-} version=${5-}
objects=$build/CMakeFiles
[ "$variant" = size ] || objects=$build/tests/CMakeFiles/glissade_fast
declare -A stack
while read -r rule bytes; do stack[$rule]=$bytes; done < <(find "$objects"* -name '*.ci' -exec awk -f "${0%/*}/depth.awk" "${0%/*}/../../src/optimizer/rules.inc" {} +)
sizes=$(for program in "$build/tests/$variant"_*; do
  rule=${program##*/"$variant"_}
  "$nm" -S --radix=d --defined-only "$program" | awk -v rule="$rule" -v stack="${stack[$rule]--}" '
    tolower($4) ~ /factors/ { print "FAILED: " rule " holds " $4 ", which nothing uses" > "/dev/stderr"; bad = 1 }
    $3 ~ /[bBdD]/ && $4 ~ /glissade/ && $4 !~ /board/ { ram += $2 }
    $3 !~ /[tTrRvVwW]/ || seen[$1]++ { next }
    $4 ~ /glissade|gls_/ && $4 !~ /print|exit/ { own += $2 }
    $4 ~ /^(__|mem)/ { helpers += $2 }
    END { print rule, own + 0, helpers + 0, ram + 0, stack; exit bad }' || exit 1
done)
echo "$sizes"
[ -n "$table" ] || exit 0
if [ "$(head -n 1 "$table")" != "# GCC $version" ]; then
  echo "not judged: $table is for $(sed -n '1s/# //p' "$table"), this is GCC $version"
  exit 0
fi
awk '
  /^#/ { next }
  NR == FNR { flash[$1] = $2; stack[$1] = $5; next }
  !($1 in flash) { print "FAILED: " $1 " is not in the table"; bad = 1; next }
  $2 > flash[$1] * 1.02 { print "FAILED: " $1 " grew from " flash[$1] " to " $2 " bytes"; bad = 1 }
  $5 > stack[$1] * 1.02 { print "FAILED: the stack of " $1 " grew from " stack[$1] " to " $5 " bytes"; bad = 1 }
  $4 != 0 { print "FAILED: " $1 " takes " $4 " bytes of RAM"; bad = 1 }
  { delete flash[$1] }
  END { for (rule in flash) { print "FAILED: no firmware for " rule; bad = 1 }; exit bad }' "$table" <(echo "$sizes")
