#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# steps.sh BUILD VARIANT COUNTER: what a step takes there: lines of rule, instructions per weight, instructions per step.
# VARIANT fast: with kernels optimized for speed, where the build has such. BUILD/steps.txt is what the program printed.
set -euo pipefail
build=$1 variant=$2 counter=$3
program=$build/platform/apps/steps
if [ "$variant" = fast ] && [ -e "$build/tests/steps_fast" ]; then program=$build/tests/steps_fast; fi
"${0%/*}/emulate.sh" "$build" "$program" "$counter" >"$build/steps.txt"
# Two lines for each rule, of fewer and of more weights.
paste -d ' ' "$build/steps.txt" "$build/count.txt" | awk '
  NF < 3 { next }
  $1 == rule { each = ($3 - n) / ($2 - w); print rule, each, n - w * each }
  { rule = $1; w = $2; n = $3 }'
