#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh CRC[,CRC...] FIRMWARE-COMMAND...: the firmware of one of the demo's jobs, or of some, ends with these bits, in this order.
set -euo pipefail
crc=$1
shift
output=$("$@" 2>&1)
tail -n 5 <<<"$output"
found=$(sed -n 's/^# crc //p' <<<"$output")  # where it prints a log too, which has a CRC of its own
[ -n "$found" ] || found=$(sed -n 's/^crc //p' <<<"$output")
[ "$(paste -sd , <<<"$found")" = "$crc" ]
