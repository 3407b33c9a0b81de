#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# table.sh JOB PROGRAM COUNTER BUILDS [ARGUMENTS...]: runs a job of the demo (fine-tune, owner or vowels) with these arguments on
# every backend of this machine, and the firmware of BUILDS (board builds, with spaces between; none: "") under its emulator;
# prints epochs of one of them, where it has epochs, and a row each. Fails unless all end with the same CRC, and so do the logs
# that the boards write of the owner's job, replayed on this machine.
set -euo pipefail
job=$1 program=$2 counter=$3 builds=$4
shift 4
emulate=${0%/*}/../../boards/emulate.sh results=build/demo/$job
run() { echo "+ $*" >&2 && "$@"; }
declare -A firmware=([fine-tune]=demo [owner]=demo_owner [vowels]=demo_vowels)
declare -A columns=([fine-tune]='before after steps' [owner]='before after steps' [vowels]='before old new old* new* steps')
rm -rf "$results"
mkdir -p "$results"
backends=$("$program" backends)
for backend in $(sed '/not supported/d; s/:.*//' <<<"$backends"); do
  run env GLISSADE_BACKEND="$backend" "$program" demo --job "$job" "$@" >"$results/this machine ($backend)"
done
for build in $builds; do
  board=$results/${build##*/}
  run "$emulate" "$build" "$build/platform/apps/${firmware[$job]}" "$counter" >"$board"
  awk '{ printf "# instructions %.1f\n", $1 / 1e6 }' "$build/count.txt" >>"$board"
  [ "$job" != owner ] || run "$program" replay "$board" >"$build/replayed.txt" || { cat "$build/replayed.txt"; exit 1; }
done

set -- "$results"/*
awk '$1 == "epoch" && ($2 == 1 || $2 % 10 == 0)' "$1"
awk -v columns="${columns[$job]}" '
  function row(machine, backend, cost, crc,   i, line) {
    line = sprintf("%-13s %-11s", machine, backend)
    for (i = 1; i <= count; i++) line = line sprintf(" %6s", name[i] in v ? v[name[i]] : name[i])
    printf "%s %21s  %s\n", line, cost, crc
  }
  function finish() {
    if (file == "") return
    if (sub(/ \(.*/, "", file)) cost = v["time"] " ms"
    else cost = v["instructions"] " M instructions"
    row(file, v["backend"], cost, v["crc"])
    if (v["crc"] == "" || (crc != "" && crc != v["crc"])) bad = 1
    crc = v["crc"]
    delete v
  }
  BEGIN {
    count = split(columns, name)
    print ""
    row("machine", "backend", "cost", "CRC")
  }
  FNR == 1 { finish(); file = FILENAME; sub(/.*\//, "", file) }
  { sub(/^# /, "") }
  $1 != "epoch" && NF == 2 || $1 == "time" { v[$1] = $2 }
  END { finish(); print bad ? "error: the CRCs differ" : "Every row ends with the same bits."; exit bad }' "$@"
[ "$job" != owner ] || [ -z "$builds" ] || echo "So do the logs that the boards wrote, replayed on this machine."
