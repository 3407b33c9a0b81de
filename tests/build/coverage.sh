#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# coverage.sh BUILD EXCEPTIONS: what the tests of a build with GLISSADE_COVERAGE reached of src/ and the rules: lines, branches, and conditions that
# alone decided a branch (MC/DC). Templates count as one with all their instantiations. Fails where anything is left that
# EXCEPTIONS does not name.
set -euo pipefail
build=$1 exceptions=$2
export LLVM_PROFILE_FILE=$PWD/$build/profiles/%p.profraw  # by process: %m may be the same for two programs
rm -rf "$build/profiles"
ctest --test-dir "$build" --parallel "$(nproc)" --output-on-failure -E nothing_hidden >"$build/coverage.log" || { tail -n 50 "$build/coverage.log"; exit 1; }
# `all`: a program that the test of cuts killed may have left half a profile.
llvm-profdata-19 merge --failure-mode=all -o "$build/all.profdata" "$build"/profiles/*.profraw
objects=()
for program in "$build"/tests/*_test "$build"/platform/apps/{glissade,checkpointed}; do objects+=(-object "$program"); done
export_as() {
  llvm-cov-19 export -format="$1" "${objects[@]}" -instr-profile="$build/all.profdata" -ignore-filename-regex='/(tests|bench|platform)/' 2>/dev/null
}

# Each line: what, file, line, column, end line, end column, whether covered, and for a branch which way.
{
  export_as lcov | awk -F'[:,]' -v OFS='\t' '/^SF:/ { file = substr($0, 4) } /^DA:/ { print "lines", file, $2, 0, 0, 0, ($3 > 0), "never" }'
  export_as text | jq -r '.data[0].functions[] | .filenames as $files |
    (.branches[]? | ([$files[.[6]]] + .[0:4]) as $at | (["branches"] + $at + [.[4] > 0, "true"], ["branches"] + $at + [.[5] > 0, "false"])),
    (.mcdc_records[]? | ([$files[.[4]]] + .[0:4]) as $at | .[-1] | to_entries[] | ["MC/DC"] + $at + [.value, "condition \(.key + 1)"])
    | select(.[1] | test("/(src|include)/")) | @tsv' | sed 's/\ttrue\t\([^\t]*\)$/\t1\t\1/; s/\tfalse\t\([^\t]*\)$/\t0\t\1/'
} | awk -F'\t' '
  { key = $1 FS $2 FS $3 FS $4 FS $5 FS $6 FS $8; if (!(key in covered)) { covered[key] = 0; order[++count] = key }; covered[key] += $7 }
  END { for (i = 1; i <= count; ++i) print order[i] FS (covered[order[i]] > 0) }' >"$build/reached.tsv"

awk -F'\t' -v exceptions="$exceptions" '
  FILENAME == exceptions { if ($0 != "" && !/^#/) excused[$1 FS $2 FS $3] = 1; next }
  { file = $2; sub(/.*\/(src|include\/glissade)\//, "", file) }
  !(file in seen) { seen[file] = 1; files[++file_count] = file }
  { ++all[$1, file]; hit[$1, file] += $8; ++total[$1]; total_hit[$1] += $8 }
  $8 == 0 {
    for (n = 1; n <= $3 && (getline text < $2) > 0; ++n) {}
    close($2)
    part = $4 > 0 && $3 == $5 ? substr(text, $4, $6 - $4) : text
    sub(/^ */, "", part)
    if ((file FS part FS $7) in excused) { used[file FS part FS $7] = 1; ++hit[$1, file]; ++total_hit[$1]; next }
    missed = missed sprintf("%s:%d: %s of %s: %s\n", file, $3, $7, $1, part)
  }
  function share(h, a) { return a ? sprintf("%5d %6.2f%%", a, 100 * h / a) : "" }
  END {
    printf "%-26s %14s %14s %14s\n", "", "lines", "branches", "MC/DC"
    for (i = 1; i <= file_count; ++i) {
      f = files[i]
      printf "%-26s %14s %14s %14s\n", f, share(hit["lines", f], all["lines", f]), share(hit["branches", f], all["branches", f]), share(hit["MC/DC", f], all["MC/DC", f])
    }
    printf "%-26s %14s %14s %14s\n", "all", share(total_hit["lines"], total["lines"]), share(total_hit["branches"], total["branches"]), share(total_hit["MC/DC"], total["MC/DC"])
    for (e in excused) if (!(e in used)) missed = missed "not needed in " exceptions ": " e "\n"
    printf "%s", missed
    if (missed != "" || file_count == 0) { print "FAILED: not everything is reached"; exit 1 }
  }' "$exceptions" "$build/reached.tsv"
