#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# memcheck.sh PROGRAM ARGUMENTS...: under Valgrind's memcheck, on the backend that Valgrind knows on every machine. 77 where it is not installed.
set -euo pipefail
command -v valgrind >/dev/null || { echo "skipped: valgrind is not installed"; exit 77; }
GLISSADE_BACKEND=scalar valgrind --quiet --leak-check=full --error-exitcode=1 "$@"
