#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# readme.sh SOURCES: the sizes in the READMEs are those of the committed tables, tests/sizes/*.txt. A claim is a README, a row and a
# column of one of its tables (or - and a text that must stand in it), and what the cell says, where {TABLE ROW FIELD} stands for a
# number. CORE stands for each core that has a column, RULE for each rule of a head's job. A row that no claim is about fails too.
set -euo pipefail
cd "$1"
claims='
README.md | flash of Adam alone; of SGD alone | CORE | {CORE_size adam 2}; {CORE_size sgd 2}
README.md | flash of the compiler'\''s helpers (double, soft float, `memcpy`) | CORE | {CORE_size adam 3}
README.md | RAM beside your buffers; stack of a step of Adam | CORE | {CORE_size adam 4}; {CORE_size adam 5}
README.md | - | - | On the M4F Adam and momentum take {cortex-m4f_size adam_momentum_step 2} bytes together.
README.md | Cortex-M0 | 64 features, 10 words, 85 samples, Adam: RAM in all | {cortex-m0_job adam 4} bytes
README.md | Cortex-M0 | flash; of the compiler | {cortex-m0_job adam 2}; {cortex-m0_job adam 3}
README.md | Cortex-M4F; M55 and this machine: the same CRC | 64 features, 10 words, 85 samples, Adam: RAM in all | {cortex-m4f_job adam 4} bytes
README.md | Cortex-M4F; M55 and this machine: the same CRC | flash; of the compiler | {cortex-m4f_job adam 2}; {cortex-m4f_job adam 3}
platform/boards/README.md | flash of Adam with its C call, bytes | CORE | {CORE_size adam 2}
platform/boards/README.md | flash of SGD with its C call, bytes | CORE | {CORE_size sgd 2}
platform/boards/README.md | Adam and momentum | CORE | {CORE_size adam_momentum_step 2}
platform/boards/README.md | Adam, save and restore to memory | CORE | {CORE_size adam_saved 2}
platform/boards/README.md | Adam kept in a store, with the demo'\''s adapters | CORE | {CORE_size adam_store 2}
platform/boards/README.md | Adam kept by a checkpoint, with the demo'\''s adapters | CORE | {CORE_size adam_checkpoint 2}
platform/boards/README.md | the compiler'\''s helpers with Adam, bytes | CORE | {CORE_size adam 3}
platform/boards/README.md | RAM beside your buffers | CORE | {CORE_size adam 4}
platform/boards/README.md | stack of a step of Adam, bytes | CORE | {CORE_size adam 5}
platform/boards/README.md | with slots in 8 bits: flash; stack | CORE | {CORE_size adam_8bit 2}; {CORE_size adam_8bit 5}
platform/boards/README.md | with slots in bfloat16: flash; stack | CORE | {CORE_size adam_bfloat16 2}; {CORE_size adam_bfloat16 5}
platform/boards/README.md | - | - | With them Adam'\''s flash is {cortex-m4f_fast adam 2} bytes on the M4F and {cortex-m55_fast adam 2} on the M55.
platform/boards/README.md | cortex-m0 | flash helpers RAM stack | {cortex-m0_size adam 2} {cortex-m0_size adam 3} {cortex-m0_size adam 4} {cortex-m0_size adam 5}
platform/boards/README.md | cortex-m4f | flash helpers RAM stack | {cortex-m4f_size adam 2} {cortex-m4f_size adam 3} {cortex-m4f_size adam 4} {cortex-m4f_size adam 5}
platform/boards/README.md | cortex-m55 | flash helpers RAM stack | {cortex-m55_size adam 2} {cortex-m55_size adam 3} {cortex-m55_size adam 4} {cortex-m55_size adam 5}
include/glissade/layers/README.md | RULE | RAM, Cortex-M0 | {cortex-m0_job RULE 4}
include/glissade/layers/README.md | RULE | of it stack | {cortex-m0_job RULE 5}
include/glissade/layers/README.md | RULE | flash, Cortex-M0 | {cortex-m0_job RULE 2} + {cortex-m0_job RULE 3}
include/glissade/layers/README.md | RULE | flash, Cortex-M4F | {cortex-m4f_job RULE 2} + {cortex-m4f_job RULE 3}
'
# Rows of the same tables whose figures are measured in other ways.
others='
the guard, instructions per weight (fast kernels)
Adam after it, instructions per weight (fast kernels)
Adam with slots in 8 bits, instructions per weight (fast kernels)
Adam with slots in bfloat16, instructions per weight (fast kernels)
SGD after it, instructions per weight (fast kernels)
Adam, instructions for each step beside those
the whole demo: flash; RAM, without stack
'
cores='Cortex-M0 Cortex-M4F Cortex-M55' rules='SGD momentum RMSprop Adagrad Adam'
failures=0 checks=0
fail() {
  echo "FAILED: $*"
  failures=1
}
# The text with its numbers: 1,234 in it, but 1234 in the lines of a program's output.
filled() { # text, separator
  local text=$1 separator=$2 what table row field number
  while [[ $text =~ \{([^}]*)\} ]]; do
    what=${BASH_REMATCH[0]}
    read -r table row field <<<"${BASH_REMATCH[1]}"
    number=$(awk -v row="$row" -v field="$field" '$1 == row { print $field }' "tests/sizes/$table.txt")
    [[ $number =~ ^[0-9]+$ ]] || { echo "no number: $what"; return; }
    [ -z "$separator" ] || number=$(sed -E ':a; s/^([0-9]+)([0-9]{3})/\1,\2/; ta' <<<"$number")
    text=${text//"$what"/$number}
  done
  echo "$text"
}
# The cells of all tables of a page: row, column, cell, and the line where the table begins, with tabs between.
cells() {
  awk -F ' *[|] *' '
    !/^[|]/ { header = 0; next }
    !header { for (i = 2; i < NF; ++i) name[i] = $i; header = FNR; next }
    /^[|][-|]+$/ { next }
    { for (i = 3; i < NF; ++i) print $2 "\t" name[i] "\t" $i "\t" header }' "$1"
  awk '/^```/ { block = !block } block && NF >= 9 && $1 ~ /^cortex-/ { print $1 "\tflash helpers RAM stack\t" $6 " " $7 " " $8 " " $9 "\t-" }' "$1"
}
declare -A seen
check() { # file, row, column, text
  local separator=, wanted said
  [ "$3" != 'flash helpers RAM stack' ] || separator=
  wanted=$(filled "$4" "$separator")
  checks=$((checks + 1))
  seen["$1|$2"]=1
  if [ "$2" = - ]; then
    tr '\n' ' ' <"$1" | grep -F "$wanted" >/dev/null || fail "$1 does not say: $wanted"
    return
  fi
  said=$(cells "$1" | awk -F '\t' -v row="$2" -v column="$3" '$1 == row && $2 == column { print $3 }')
  [ "$said" = "$wanted" ] || fail "$1, row \"$2\", column \"$3\": \"$said\"; the tables say \"$wanted\""
}
while IFS= read -r claim; do
  [ -n "$claim" ] || continue
  names=-
  [[ $claim != *CORE* ]] || names=$cores
  [[ $claim != *RULE* ]] || names=$rules
  for name in $names; do
    one=${claim//'| CORE |'/"| $name |"}
    one=${one//'| RULE |'/"| $name |"}
    one=${one//CORE/${name,,}}
    one=${one//RULE/${name,,}}
    file=${one%% | *} one=${one#* | }
    row=${one%% | *} one=${one#* | }
    check "$file" "$row" "${one%% | *}" "${one#* | }"
  done
done <<<"$claims"
# Each row of a table that has a row which is checked.
for file in $(printf '%s\n' "${!seen[@]}" | sed 's/|.*//' | sort -u); do
  while IFS= read -r row; do
    [ -n "${seen["$file|$row"]-}" ] || grep -qxF "$row" <<<"$others" || fail "$file, row \"$row\": no claim is about it"
  done < <(cells "$file" | awk -F '\t' -v seen="$(printf '%s\n' "${!seen[@]}" | sed -n "s%^$file|%%p")" '
    BEGIN { n = split(seen, names, "\n"); for (i = 1; i <= n; ++i) known[names[i]] = 1 }
    $4 != "-" { rows[$4] = rows[$4] $1 "\n"; if ($1 in known) checked[$4] = 1 }
    END { for (table in checked) printf "%s", rows[table] }' | sort -u)
done
echo "$checks figures are compared with tests/sizes/"
exit $failures
