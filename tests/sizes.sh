#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sizes.sh NM BUILD [TABLE COMPILER-VERSION]: a line per one-rule firmware: the rule, bytes of flash of the library, of the
# compiler's helpers, and bytes of RAM beside the caller's. With the committed TABLE: fails where flash grew by more than 2 %
# or any RAM is taken. A change on purpose: write the output into the table. Another compiler than the table's is not judged.
set -euo pipefail
nm=$1 build=$2 table=${3-} version=${4-}
sizes=$(for program in "$build"/tests/size_*; do
  "$nm" -S --radix=d --defined-only "$program" | awk -v rule="${program##*/size_}" '
    $3 ~ /[bBdD]/ && $4 ~ /glissade/ && $4 !~ /board/ { ram += $2 }
    $3 !~ /[tTrRvVwW]/ || seen[$1]++ { next }
    $4 ~ /glissade|gls_/ && $4 !~ /print|exit/ { own += $2 }
    $4 ~ /^(__|mem)/ { helpers += $2 }
    END { print rule, own + 0, helpers + 0, ram + 0 }'
done)
echo "$sizes"
[ -n "$table" ] || exit 0
if [ "$(head -n 1 "$table")" != "# GCC $version" ]; then
  echo "not judged: $table is for $(sed -n '1s/# //p' "$table"), this is GCC $version"
  exit 0
fi
awk '
  /^#/ { next }
  NR == FNR { old[$1] = $2; next }
  !($1 in old) { print "FAILED: " $1 " is not in the table"; bad = 1; next }
  $2 > old[$1] * 1.02 { print "FAILED: " $1 " grew from " old[$1] " to " $2 " bytes"; bad = 1 }
  $4 != 0 { print "FAILED: " $1 " takes " $4 " bytes of RAM"; bad = 1 }
  { delete old[$1] }
  END { for (rule in old) { print "FAILED: no firmware for " rule; bad = 1 }; exit bad }' "$table" <(echo "$sizes")
