#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# modelled.sh COUNTER BUILDS: what llvm-mca's models of cores say of the loops that `steps` runs, and of the same formulas
# written plainly: a row per core. BUILDS holds a build folder per preset; a preset without one has no rows.
set -euo pipefail
counter=$1 builds=$2
here=${0%/*}
printf '%-16s %24s %24s\n' 'Modelled cycles' 'glissade' 'written plainly'
printf '%-16s %8s %7s %7s %10s %6s %6s\n' 'per weight' SGD mom. Adam SGD mom. Adam
while read -r preset triple cores; do
  build=$builds/$preset
  program=$build/tests/steps_fast
  [ -e "$program" ] || program=$build/platform/apps/steps
  [ -e "$program" ] || continue
  "$here/steps.sh" "$build" fast "$counter" </dev/null >/dev/null
  read -ra cores <<<"$cores"
  "$here/modelled_cycles.sh" "$program" "$build/steps.txt" "$build/blocks.txt" "$triple" "${cores[@]}" | awk '
    !($2 in seen) { seen[$2] = 1; order[++n] = $2 }
    { v[$2 " " $1] = $3 }
    END {
      for (i = 1; i <= n; ++i) {
        c = order[i] " "
        printf "%-16s %8s %7s %7s %10s %6s %6s\n", order[i], v[c "sgd"], v[c "momentum"], v[c "adam"], v[c "plain_sgd"], v[c "plain_momentum"], v[c "plain_adam"]
      }
    }'
done <<'END_OF_ROWS'
cortex-m4f thumbv7em-none-eabihf cortex-m4
cortex-m7 thumbv7em-none-eabihf cortex-m7
cortex-m33f thumbv8m.main-none-eabihf cortex-m33
cortex-m55-speed thumbv8.1m.main-none-eabihf cortex-m55 cortex-m85
aarch64 aarch64-linux-gnu cortex-a53 cortex-a55 cortex-a72 neoverse-n1
END_OF_ROWS
