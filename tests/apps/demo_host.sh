#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# demo_host.sh PROGRAM FINE-TUNE-CRC OWNER-CRC VOWELS-CRC BFLOAT16-CRC 8BIT-CRC: the demo's jobs on every backend end with the bits
# that the boards end with, the first one's with small slots too; all speakers gain what is promised; wrong arguments are refused.
set -euo pipefail
program=$1
declare -A crc=([fine-tune]=$2 [owner]=$3 [vowels]=$4 ['fine-tune --slots bfloat16']=$5 ['fine-tune --slots 8bit']=$6)
fail() {
  echo "FAILED: $*"
  exit 1
}
backends=$("$program" backends)
echo "$backends"
for backend in $(sed '/not supported/d; s/:.*//' <<<"$backends"); do
  for job in "${!crc[@]}"; do
    got=$(GLISSADE_BACKEND=$backend "$program" demo --job $job | sed -nE 's/^(# )?crc //p')
    [ "$got" = "${crc[$job]}" ] || fail "$job: $backend ends with CRC $got, not ${crc[$job]}"
  done
done
# says JOB NAME=VALUE...: what the table has of the committed owner.
says() {
  local got
  got=$("$program" demo --job "$1" | sed 's/^# //; s/ /=/')
  for value in "${@:2}"; do grep -qx "$value" <<<"$got" || fail "$1: not $value"; done
}
says fine-tune before=15/33 after=30/33 steps=180
says owner before=15/33 after=29/33 steps=240
says vowels before=25/27 old=24/27 new=6/6 'old\*=0/27' 'new\*=6/6' steps=420
# gains JOB AWK-CONDITION SAYS: of the means over all speakers, $2 and so on.
gains() {
  local means
  means=$("$program" demo --all --job $1 | awk '$1 == "mean"')
  echo "$1: $means"
  awk "{ exit !($2) }" <<<"${means//%/}" || fail "$1: $3"
}
gains fine-tune '$2 <= 60 && $3 >= 88' 'the mean accuracy must rise from at most 60 % to at least 88 %'
for slots in bfloat16 8bit; do
  gains "fine-tune --slots $slots" '$2 <= 60 && $3 >= 88' "with slots in $slots too"
done
gains owner '$2 <= 60 && $3 >= 88' 'the mean accuracy must rise from at most 60 % to at least 88 %'
gains vowels '$2 >= 90 && $3 >= 85 && $4 >= 95 && $5 <= 5 && $6 >= 95' 'with replay both old and new, without it new ones only'
"$program" demo --speaker 15 2>/dev/null && fail "there is no speaker 15"
"$program" demo --repetitions 4 2>/dev/null && fail "three repetitions are held back"
"$program" demo --job nothing 2>/dev/null && fail "there is no job of that name"
"$program" demo --slots 9bit 2>/dev/null && fail "there is no form of that name"
error=$("$program" demo --slots 8bit --job owner 2>&1 || true)
[ "$error" = "error: --slots is for --job fine-tune: a head's slots are floats only" ] || fail "a head with small slots: $error"
"$program" demo --log 2>/dev/null && fail "the first job has no log"
"$program" demo --data /dev/null 2>/dev/null && fail "an empty file is no data"
GLISSADE_BACKEND=sse9 "$program" demo >/dev/null 2>&1 && fail "sse9 is no backend"
error=$(GLISSADE_BACKEND=sse9 "$program" demo 2>&1 || true)
grep -q '"sse9" does not exist; this machine has .*scalar' <<<"$error" || fail "the error must list the backends: $error"
