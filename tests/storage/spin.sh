#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# spin.sh MODEL FOLDER: checks the model in all its states, and that each wrong order fails. 77 where Spin is not installed.
set -euo pipefail
command -v spin >/dev/null || { echo "skipped: Spin is not installed"; exit 77; }
model=$(realpath "$1")
mkdir -p "$2"
cd "$2"
check() { # macros...: prints Spin's verdict
  rm -f pan pan.c
  spin -a "$@" "$model" >/dev/null && cc -O1 -DSAFETY -w -o pan pan.c && ./pan -m1000000 -w20
}
output=$(check)
grep -E 'errors|states, stored|atomic' <<<"$output"
grep -q 'errors: 0' <<<"$output" || { echo "FAILED: the commit protocol loses a state"; exit 1; }
! grep -q 'Search not completed\|max search depth too small' <<<"$output" || { echo "FAILED: not all states were searched"; exit 1; }
for wrong in HEADER_FIRST OVERWRITE_NEWEST NO_SYNC NO_FIRST_SYNC ONE_HEADER COUNTER_AFTER; do
  output=$(check "-D$wrong")
  grep -q 'assertion violated' <<<"$output" || { echo "FAILED: the model does not notice $wrong"; exit 1; }
  echo "$wrong fails, as it must"
done
