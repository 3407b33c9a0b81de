#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# chooses.sh BACKEND PROGRAM...: the program, run with `backends`, says that this one is active; and where it is asked for one that this
# processor does not have, says so.
set -euo pipefail
backend=$1
shift
backends=$("$@" backends)
echo "$backends"
grep -qx "$backend: active" <<<"$backends"
missing=$(sed -n '/not supported/{s/:.*//p;q}' <<<"$backends")
[ -n "$missing" ] || exit 0
said=$(GLISSADE_BACKEND=$missing "$@" backends 2>&1) || true
grep "backend \"$missing\" is not supported by this machine" <<<"$said"
