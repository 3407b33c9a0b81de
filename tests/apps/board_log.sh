#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# board_log.sh CKSUM FIRMWARE-COMMAND...: the log that the demo's second job writes on a board is the one that head_log.sh replays.
set -euo pipefail
sum=$1
shift
got=$("$@" 2>&1 | grep -v '^#' | cksum)
[ "$got" = "$sum" ] || { echo "FAILED: another log than on the host: $got, not $sum"; exit 1; }
