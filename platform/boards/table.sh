#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# table.sh COUNTER BUILD...: a row for each of these builds: tests that pass, the demo's CRC, instructions per weight, what
# Adam costs. Fails where a test does, or where the CRC is not the one that all must have.
set -euo pipefail
counter=$1
shift
here=${0%/*}
root=$here/../..
expected=$(sed -n 's/^set(demo_crc \(.*\))/\1/p' "$root/tests/CMakeLists.txt")

row() { # build
  local build=$1 passed=- crc='' backend='' flash=- helpers=- ram=- stack=- steps mark='' nm
  passed=$(ctest --test-dir "$build" -j "$(nproc)" |
    awk '/tests passed, .* failed out of/ { gsub(",", ""); print $NF - $4 "/" $NF }')
  if [ -e "$build/platform/apps/demo" ]; then
    "$here/emulate.sh" "$build" "$build/platform/apps/demo" "$counter" >"$build/demo.txt"
    nm=$(sed -n 's/^CMAKE_NM:[A-Z]*=//p' "$build/CMakeCache.txt")
    read -r flash helpers ram stack < <("$root/tests/sizes/sizes.sh" "$nm" "$build" size | sed -n 's/^adam //p')
  else
    $(cat "$build/emulator") "$build/platform/apps/glissade" demo >"$build/demo.txt"
  fi
  read -r backend crc < <(awk '{ v[$1] = $2 } END { print v["backend"], v["crc"] }' "$build/demo.txt")
  steps=$("$here/steps.sh" "$build" fast "$counter" | awk '
    { v[$1] = sprintf("%.1f", $2) }
    END { printf "%7s %6s %6s\n", v["sgd"], v["momentum"], v["adam"] }')
  case $backend in helium | neon7) mark='  flushes subnormals (tests compare with a model that does)' ;; esac
  printf '%-16s %-8s %7s %9s %s %10s %8s %5s %6s%s\n' "${build##*/}" "$backend" "$passed" "$crc" "$steps" "$flash" "$helpers" \
    "$ram" "$stack" "$mark"
  [ "${passed%/*}" = "${passed#*/}" ] && [ "$crc" = "$expected" ]
}

printf '%-16s %-8s %7s %9s %21s %28s\n' '' '' tests demo 'instructions/weight' 'Adam as built: bytes of'
printf '%-16s %-8s %7s %9s %7s %6s %6s %10s %8s %5s %6s\n' target backend passed CRC SGD mom. Adam flash helpers RAM stack
bad=0
for build; do row "$build" || bad=1; done
exit $bad
