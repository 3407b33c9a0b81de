#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# modelled_cycles.sh PROGRAM STEPS BLOCKS TRIPLE CPU...: llvm-mca's cycles per weight of each loop that the program `steps` runs, a
# line per name and CPU. STEPS are its lines, BLOCKS what the instruction counter wrote. The loop is what the longer of two runs
# executes more often than the shorter one. A model: of the core's pipeline, not of its memory.
set -euo pipefail
program=$1 steps=$2 blocks=$3 triple=$4
shift 4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
llvm-objdump-19 -d --mcpu="$1" --no-show-raw-insn --no-leading-headers "$program" >"$work/code"
# name, address, instructions, runs per weight of each block of a loop
awk '
  NR == FNR { name[FNR - 1] = $1; weights[FNR - 1] = $2; next }
  { run[$1 " " $2 " " $3] = $4; if (!(($2 " " $3) in known)) { known[$2 " " $3]; order[++blocks] = $2 " " $3 } }
  END {
    for (s = 0; s in name; s += 2) {
      most = 0
      for (b = 1; b <= blocks; ++b) if ((more[b] = run[s + 1 " " order[b]] - run[s " " order[b]]) > most) most = more[b]
      for (b = 1; b <= blocks; ++b) if (more[b] * 2 >= most) print name[s], order[b], more[b] / (weights[s + 1] - weights[s])
    }
  }' "$steps" "$blocks" >"$work/loops"
for name in $(awk '!seen[$1]++ { print $1 }' "$work/loops"); do
  awk -v name="$name" '
    function number(hex, i, n) { for (i = 1; i <= length(hex); ++i) n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1; return n }
    NR == FNR { if ($1 == name) { start[number($2)] = $3 } next }
    /^ *[0-9a-f]+:/ {
      address = $1; sub(/:/, "", address); at = number(address)
      if (at in start && start[at] > left) left = start[at]
      if (left > 0) {
        sub(/^ *[0-9a-f]+:[ \t]*/, ""); sub(/[ \t]*[@\/]+ imm = .*/, ""); sub(/[ \t]*<.*/, ""); sub(/[ \t]*@ .*/, "")
        if (/^(b[a-z.]*|le|cbn?z|tbn?z)[ \t]/) sub(/0x[0-9a-f]+$/, "start")
        if (!/^le[ \t]/) print  # (the end of a low-overhead loop takes no cycle)
        --left
      }
    }' "$work/loops" "$work/code" >"$work/body"
  runs=$(awk -v name="$name" '$1 == name && $4 > runs { runs = $4 } END { print runs }' "$work/loops")
  for cpu; do
    totals=()
    for iterations in 100 200; do
      totals+=("$({ echo start:; cat "$work/body"; } | llvm-mca-19 -mtriple="$triple" -mcpu="$cpu" -iterations=$iterations 2>"$work/errors" |
        awk '/^Total Cycles/ { print $3 }' || true)")
    done
    if [ -s "$work/errors" ]; then sed "s/^/$name $cpu: /" "$work/errors" >&2; fi
    [ -n "${totals[0]}" ] || { echo "$name $cpu -"; continue; }
    awk -v name="$name $cpu" -v cycles=$((totals[1] - totals[0])) -v runs="$runs" 'BEGIN { printf "%s %.1f\n", name, cycles / 100 * runs }'
  done
done
