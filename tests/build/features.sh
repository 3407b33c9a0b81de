#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# features.sh QEMU-X86_64 SOURCE BUILD: on processors that lack one feature each, no backend that was compiled with it is
# offered, and all that are offered compute the golden cases. And on a processor that has of the list only what a backend
# asks for, it computes them.
set -euo pipefail
emulator=$1 source=$2 build=$3
program=$build/platform/apps/glissade golden=$build/tests/golden_board_first_test
entries=$(sed -n 's/^GLISSADE_BACKEND_ENTRY(\([a-z0-9_]*\), \(.*\))$/\1 \2/p' "$build/generated/glissade_backends.inc")
features=$(sed -n '/__x86_64__/,/#elif/s/^GLISSADE_FEATURE(\([A-Z0-9_]*\),.*/\1/p' "$source/platform/cpu/features.inc")
[ -n "$entries" ] && [ -n "$features" ]
# The C library's own vector functions look at fewer features than they use: without BMI its strrchr stops.
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX2_Usable
checks=0 failures=0
check() { # what is checked, command...
  checks=$((checks + 1))
  "${@:2}" >/dev/null 2>&1 || { failures=$((failures + 1)); echo "FAILED: $1"; }
}
qemu_name() { # of a feature
  case $1 in
    SSE3) echo pni ;; PCLMUL) echo pclmulqdq ;; BMI) echo bmi1 ;; LZCNT) echo abm ;;
    *) tr A-Z_ a-z. <<<"$1" ;;
  esac
}
asks() { [[ " $1 " == *" cpu.$2 "* ]]; } # question, feature
is_offered() { GLISSADE_BACKEND=$2 "$emulator" -cpu "$1" "$program" backends; } # processor, backend
is_refused() { ! is_offered "$@"; }

without=0
for feature in $features OSXSAVE; do
  cpu=max,-$(qemu_name "${feature#OS}") # without XSAVE there is no OSXSAVE
  while read -r backend question; do
    if asks "$question" "$feature"; then check "$backend is refused on $cpu" is_refused "$cpu" "$backend"; fi
    if [ "$feature" = OSXSAVE ] && asks "$question" AVX; then check "$backend is refused without OSXSAVE" is_refused "$cpu" "$backend"; fi
  done <<<"$entries"
  check "the golden cases on $cpu" "$emulator" -cpu "$cpu" "$golden"
  without=$((without + 1))
done

ran=
while read -r backend question; do
  cpu=qemu64
  for feature in $features; do
    if asks "$question" "$feature"; then cpu+=,+$(qemu_name "$feature"); else cpu+=,-$(qemu_name "$feature"); fi
  done
  said=$("$emulator" -cpu "$cpu" "$program" backends 2>&1) || true
  if [[ $said == *"TCG doesn't support"* ]]; then
    echo "$backend: not emulated here"
    continue
  fi
  check "$backend is offered on $cpu" is_offered "$cpu" "$backend"
  check "$backend computes the golden cases on $cpu" "$emulator" -cpu "$cpu" "$golden"
  ran+=" $backend"
done <<<"$entries"
echo "$without processors that lack one feature; on the least they ask for:${ran:- none}; $checks checks, $failures failed"
[ -n "$ran" ] && [ "$failures" = 0 ]
