#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cut_both.sh SEED HOST-BUILD BOARD-BUILD: two of the demo's jobs with their state in a store, killed again and again (cut.sh),
# on this machine and on a board whose memory is kept in a file.
set -euo pipefail
seed=$1 host=$2 board=$3 here=${0%/*} store=build/cut/store
run() { echo "+ $*" >&2 && "$@"; }
read -ra emulator <"$board/emulator"
for job in checkpointed checkpointed_owner; do
  echo "This machine, $job:"
  run "$here/cut.sh" 100 "$seed" $store "$host/platform/apps/$job" $store
  echo "${board##*/}, $job:"
  run "$here/cut.sh" 30 "$seed" $store "$here/keep_memory.sh" $store "${emulator[@]}" "$board/platform/apps/$job"
done
