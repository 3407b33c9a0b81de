#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# chooses.sh BACKEND PROGRAM...: the program, run with `backends`, says that this one is active.
set -euo pipefail
backend=$1
shift
backends=$("$@" backends)
echo "$backends"
grep -qx "$backend: active" <<<"$backends"
