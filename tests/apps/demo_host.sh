#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# demo_host.sh PROGRAM CRC: the demo on every backend ends with the bits that the boards end with; all speakers gain what
# is promised; wrong arguments are refused.
set -euo pipefail
program=$1 crc=$2
fail() {
  echo "FAILED: $*"
  exit 1
}
backends=$("$program" backends)
echo "$backends"
for backend in $(sed '/not supported/d; s/:.*//' <<<"$backends"); do
  got=$(GLISSADE_BACKEND=$backend "$program" demo | awk '$1 == "crc" {print $2}')
  [ "$got" = "$crc" ] || fail "$backend ends with CRC $got, not $crc"
done
means=$("$program" demo --all | awk '$1 == "mean"')
echo "$means"
awk '{ exit !($2 <= 60.0 && $3 >= 88.0) }' <<<"$means" || fail "the mean accuracy must rise from at most 60 % to at least 88 %"
"$program" demo --speaker 15 2>/dev/null && fail "there is no speaker 15"
"$program" demo --repetitions 4 2>/dev/null && fail "three repetitions are held back"
"$program" demo --data /dev/null 2>/dev/null && fail "an empty file is no data"
GLISSADE_BACKEND=sse9 "$program" demo >/dev/null 2>&1 && fail "sse9 is no backend"
error=$(GLISSADE_BACKEND=sse9 "$program" demo 2>&1 || true)
grep -q '"sse9" does not exist; this machine has .*scalar' <<<"$error" || fail "the error must list the backends: $error"
