#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cut.sh CUTS SEED STORE COMMAND...: lets COMMAND run to its end, with its state in the file STORE; then over an empty STORE
# again, but kills it at random times, and starts it again, until CUTS kills have hit; then to its end. All ends must be the
# same.
set -euo pipefail
cuts=$1 seed=$2 store=$3
shift 3
mkdir -p "${store%/*}"
expected='' kills=0 runs=0
RANDOM=$seed

ended() { # output: of a run that came to its end
  local result
  result=$(grep -v '^store:' <<<"$1")
  expected=${expected:-$result}
  [ "$result" = "$expected" ] || { printf 'FAILED (seed %s): after %s kills\n%s\ninstead of\n%s\n' "$seed" "$kills" "$result" "$expected"; exit 1; }
  runs=$((runs + 1))
  rm -f "$store"
}

rm -f "$store"
begin=$(date +%s%N)
output=$("$@" 2>&1)
microseconds=$((($(date +%s%N) - begin) / 1000))
ended "$output"
while ((kills < cuts)); do
  after=$(((RANDOM * 32768 + RANDOM) % microseconds + 500))
  status=0
  output=$(timeout -s KILL "$((after / 1000000)).$(printf %06d $((after % 1000000)))" "$@" 2>&1) || status=$?
  case $status in
    0) ended "$output" ;;
    137) kills=$((kills + 1)) ;;
    *) echo "FAILED (seed $seed): status $status after $kills kills: $output"; exit 1 ;;
  esac
done
ended "$("$@" 2>&1)"
echo "$expected"
echo "killed $kills times (seed $seed) over $((runs - 1)) trainings; each ended like the one that was not"
