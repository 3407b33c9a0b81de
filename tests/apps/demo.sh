#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh CRC FIRMWARE-COMMAND...: the firmware of one of the demo's jobs ends with these bits.
set -euo pipefail
crc=$1
shift
output=$("$@" 2>&1)
tail -n 5 <<<"$output"
grep -qxE "(# )?crc $crc" <<<"$output"
