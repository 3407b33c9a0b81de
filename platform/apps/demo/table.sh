#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# table.sh PROGRAM COUNTER BUILDS [ARGUMENTS...]: runs the demo with these arguments on every backend of this machine, and
# the firmware of BUILDS (board builds, with spaces between; none: "") under its emulator; prints epochs of one of them, and
# a row each. Fails unless all end with the same CRC.
set -euo pipefail
program=$1 counter=$2 builds=$3
shift 3
emulate=${0%/*}/../../boards/emulate.sh results=build/demo
run() { echo "+ $*" >&2 && "$@"; }
rm -rf "$results"
mkdir -p "$results"
backends=$("$program" backends)
for backend in $(sed '/not supported/d; s/:.*//' <<<"$backends"); do
  run env GLISSADE_BACKEND="$backend" "$program" demo "$@" >"$results/this machine ($backend)"
done
for build in $builds; do
  board=$results/${build##*/}
  run "$emulate" "$build" "$build/platform/apps/demo" "$counter" >"$board"
  awk '{ printf "instructions %.1f\n", $1 / 1e6 }' "$build/count.txt" >>"$board"
done

set -- "$results"/*
awk '$1 == "epoch" && ($2 == 1 || $2 % 10 == 0)' "$1"
printf '\n%-13s %-11s %7s %6s %6s %21s  %s\n' machine backend before after steps cost CRC
awk '
  function row() {
    if (file == "") return
    if (sub(/ \(.*/, "", file)) cost = v["time"] " ms"
    else cost = v["instructions"] " M instructions"
    printf "%-13s %-11s %7s %6s %6s %21s  %s\n", file, v["backend"], v["before"], v["after"], v["steps"], cost, v["crc"]
    if (v["crc"] == "" || (crc != "" && crc != v["crc"])) bad = 1
    crc = v["crc"]
    delete v
  }
  FNR == 1 { row(); file = FILENAME; sub(/.*\//, "", file) }
  $1 != "epoch" { v[$1] = $2 }
  END { row(); print bad ? "error: the CRCs differ" : "Every row ends with the same bits."; exit bad }' "$@"
