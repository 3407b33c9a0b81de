#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# faults.sh COMMAND...: firmware on a core that lacks what it was built for stops with a message, and does not hang.
set -euo pipefail
status=0
output=$(timeout 60 "$@" 2>&1) || status=$?
echo "status $status: $output"
[ "$status" = 70 ] && grep -q '^fault: ' <<<"$output" || { echo "FAILED: no fault was reported"; exit 1; }
