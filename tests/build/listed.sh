#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# listed.sh SOURCES: the tests' lists name what the headers of training/ have: every function that writes to floats, doubles or
# a state (kept_test.cpp), and every number that is handed over or is a field of parameters (intervals.inc).
set -euo pipefail
cd "$1"
headers=include/glissade/training/*.h
# A declaration a line: comments and preprocessor lines away, fields too.
declarations=$(sed '/^ *#/d' $headers | tr '\n' ' ' | sed 's|/\*|\x01|g; s|\*/|\x02|g; s|\x01[^\x02]*\x02||g; s/GLS_[A-Z]*([^)]*)//g' | tr ';{}' '\n\n\n' | tr -s ' ')
functions=$(grep -oE 'gls_[a-z0-9_]+\([^)]*\)' <<<"$declarations")
fail() {
  echo "FAILED: $*"
  exit 1
}
same() { # what, headers', the list's
  [ -n "$2" ] || fail "$1: the headers have none"
  diff <(sort -u <<<"$2") <(sort -u <<<"$3") || fail "$1: the headers' (<) and the list's (>) differ"
  echo "$1: $(sort -u <<<"$2" | wc -l)"
}

# Parameters are of structs that are written to nowhere but where defaults are set.
states=$(grep -v '_defaults(' <<<"$functions" | grep -oE '[(,] *gls_[a-z_]+\* ' | grep -oE 'gls_[a-z_]+' | sort -u)
writes=$(grep -E '[(,] *(float|double|gls_[a-z_]+)\*' <<<"$functions" | grep -oE '^gls_[a-z0-9_]+' | grep -v '_unguarded$')
same "functions that write" "$writes" "$(grep -oE '(NOT_)?KEPT\([a-z_]+[,)]' tests/training/kept_test.cpp | sed '/(name/d; s/.*(/gls_/; s/[,)]//')"

numbers=$(
  while IFS='(' read -r name arguments; do
    tr ',' '\n' <<<"${arguments%)}" | sed -nE "s/^ *(double|float) ([a-z_]+)$/$name, \2/p"
  done <<<"$functions"
  # Fields: of a struct that is handed over as const only.
  sed '/^ *#/d' $headers | tr '\n' ' ' | sed 's|/\*|\x01|g; s|\*/|\x02|g; s|\x01[^\x02]*\x02||g; s/GLS_[A-Z]*([^)]*)//g' | grep -oE 'typedef struct gls_[a-z_]+ \{[^}]*' |
    while read -r _ _ name _ fields; do
      grep -q "const $name\*" <<<"$functions" && ! grep -qx "$name" <<<"$states" || continue
      tr ';' '\n' <<<"$fields" | sed -nE "s/^ *(double|float) ([a-z_]+) *$/$name, \2/p"
    done
)
same "numbers with an interval" "$numbers" "$(sed -nE 's/^(FLOAT_INTERVAL|INTERVAL|ANY)\((gls_[a-z_]+, [a-z_]+),.*/\2/p' tests/training/intervals.inc)"
