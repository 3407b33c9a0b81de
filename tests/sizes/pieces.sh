#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# pieces.sh BUILD COUNTER: instructions of a head's whole job there (head_job.cpp with Adam): a line for each kind of call, its
# name, how many calls, the instructions of the longest one, and of all.
set -euo pipefail
build=$1 counter=$2
"${0%/*}/../../platform/boards/emulate.sh" "$build" "$build/tests/job_adam" "$counter" >"$build/pieces.txt"
grep -E '^[a-z]+ [0-9]+$' "$build/pieces.txt" | paste -d ' ' - "$build/count.txt" | awk '
  !($1 in calls) { names[++kinds] = $1 }
  { ++calls[$1]; sum[$1] += $3; if ($3 > most[$1]) most[$1] = $3 }
  END { for (k = 1; k <= kinds; ++k) print names[k], calls[names[k]], most[names[k]], sum[names[k]] }'
