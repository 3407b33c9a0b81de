#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cut.sh CRC CUTS STORE COMMAND...: a training that is killed again and again ends with this CRC.
set -euo pipefail
output=$("${0%/*}/../../platform/apps/demo/cut.sh" "$2" "$(date +%s)" "${@:3}") || { echo "$output"; exit 1; }
echo "$output"
grep -qx "crc $1" <<<"$output" || { echo "FAILED: not crc $1"; exit 1; }
