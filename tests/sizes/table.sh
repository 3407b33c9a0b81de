#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# table.sh COUNTER BUILD...: for each of these boards' builds, what a rule costs firmware that uses it alone (tests/sizes/sizes.sh),
# in bytes and in instructions, and what the demo takes; as built (-Os), then with kernels at -O2.
set -euo pipefail
counter=$1
shift
tests=${0%/*}/..
boards=$tests/../platform/boards
for build; do
  nm=$(sed -n 's/^CMAKE_NM:[A-Z]*=//p' "$build/CMakeCache.txt")
  for variant in size fast; do
    printf '\n%s, %s\n' "${build##*/}" "$([ $variant = size ] && echo -Os || echo 'kernels at -O2')"
    printf '  %-44s %8s %8s %8s %8s\n' 'gls_step with: bytes of' glissade helpers RAM stack
    "$tests/sizes/sizes.sh" "$nm" "$build" $variant | awk '
      BEGIN {
        name["adam_saved"] = "adam, saved and restored"
        name["adam_store"] = "adam, kept in a store"
        name["adam_checkpoint"] = "adam, kept by a checkpoint"
        name["adam_8bit"] = "adam, slots in 8 bits"
        name["adam_bfloat16"] = "adam, slots in bfloat16"
        name["adam_momentum_step"] = "adam and momentum"
        name["adam_momentum_saved"] = "adam and momentum, saved and restored"
      }
      { printf "  %-44s %8d %8d %8d %8s\n", $1 in name ? name[$1] : $1, $2, $3, $4, $5 }'
    "$boards/steps.sh" "$build" $variant "$counter" |
      awk '{ printf "  %-17s %8.1f instructions per weight, %5d per step\n", $1, $2, $3 }'
  done
  if [ -e "$build/tests/job_adam" ]; then
    "$tests/sizes/job.sh" "$build" |
      awk '{ printf "  a head of 64 features and 10 classes, %s: flash %d + %d, RAM %d, %d of it stack\n", $1, $2, $3, $4, $5 }'
    "$tests/sizes/pieces.sh" "$build" "$counter" |
      awk '{ printf "  %-9s %5d calls, %9d instructions the longest, %10d all\n", $1, $2, $3, $4 }'
  fi
  for job in demo demo_owner demo_vowels; do
    arm-none-eabi-size "$build/platform/apps/$job" |
      awk -v job=$job 'NR == 2 { printf "  the whole %s: flash %d, RAM %d + stack\n", job, $1 + $2, $2 + $3 }'
  done
  "$tests/build/stack.sh" 160 "$build" | awk -F'\t' 'NR == 1 { printf "  largest stack frame of any function: %d bytes\n", $1 }'
done
