#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# emulate.sh BUILD PROGRAM COUNTER: runs a program of a build as its tests run. Where that is under QEMU, the plugin COUNTER
# writes BUILD/count.txt, the instructions of each stretch that the program marks, a line each, and BUILD/blocks.txt, how
# often each block of instructions ran in it; else both are empty.
set -euo pipefail
build=$1 program=$2 counter=$3
read -ra emulator <"$build/emulator"
: >"$build/count.txt"
: >"$build/blocks.txt"
[[ ${emulator[0]} == qemu-* ]] || exec "${emulator[@]}" "$program"

nm=$(sed -n 's/^CMAKE_NM:[A-Z]*=//p' "$build/CMakeCache.txt")
marks=$("$nm" "$program" | awk '$3 == "count_begins" { begin = $1 } $3 == "count_ends" { end = $1 } END { printf "begin=%s,end=%s", begin, end }')
kernel=()
if [ "${emulator[-1]}" = -kernel ]; then # a board's: the program comes right behind it
  kernel=(-kernel)
  unset 'emulator[-1]'
fi
exec "${emulator[@]}" -plugin "$counter,$marks,output=$build/count.txt,blocks=$build/blocks.txt" "${kernel[@]}" "$program" 2>&1
