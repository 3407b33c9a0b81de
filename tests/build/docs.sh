#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# docs.sh SOURCE OUTPUT: writes the API reference to OUTPUT/html. Fails on anything public that is undocumented, and where
# doxygen saw other C functions than the headers declare.
set -euo pipefail
command -v doxygen >/dev/null || { echo "skipped: doxygen is not installed"; exit 77; }
mkdir -p "$2"
source=$(cd "$1" && pwd) output=$(cd "$2" && pwd)
GLISSADE_DOCS=$output
GLISSADE_VERSION=$(sed -n 's/^project(glissade VERSION \([0-9.]*\) .*/\1/p' "$source/CMakeLists.txt")
export GLISSADE_DOCS GLISSADE_VERSION
failures=0
fail() {
  echo "FAILED: $*"
  failures=1
}
rm -rf "$output/html" "$output/glissade.tag" "$output/warnings.txt"
cd "$source/include"

doxygen Doxyfile || fail "doxygen's status is $?"
[ ! -s "$output/warnings.txt" ] || {
  sed "s|^$source/||" "$output/warnings.txt"
  fail "$(grep -cE ' (warning|error): ' "$output/warnings.txt") warnings"
}

# In a header without @file, doxygen looks at no C function, field or value, and warns of none.
passed_over=$(grep -rL --include='*.h' --include='*.hpp' '^\(/\*\*\|///\| \*\) @file' . || true)
[ -z "$passed_over" ] || fail "no @file: ${passed_over//$'\n'/ }"

# What a macro declares, neither doxygen nor the count below would see.
if grep -rnE --include='*.h' --include='*.hpp' '^[A-Z][A-Z0-9_]*\(' . | grep -v ':GLS_ASSERT('; then fail "declared by a macro"; fi

# Headers without comments and directives: what is left of the form gls_name( is a declaration.
find . -name '*.h' -exec cat {} + | awk '
  { text = text $0 "\n" }
  END {
    while ((from = index(text, "/*")) > 0) {
      rest = substr(text, from + 2)
      text = substr(text, 1, from - 1) " " substr(rest, index(rest, "*/") + 2)
    }
    print text
  }' | sed -e 's|//.*||' -e ':join' -e '/\\$/{N;s/\\\n//;bjoin' -e '}' -e '/^ *#/d' |
  grep -oE '\bgls_[a-z0-9_]+\(' | tr -d '(' | sort -u >"$output/declared.txt" || true
awk '/<member kind="function">/ { inside = 1 }
  inside && match($0, /<name>[^<]*</) { print substr($0, RSTART + 6, RLENGTH - 7); inside = 0 }' \
  "$output/glissade.tag" | grep '^gls_' | sort -u >"$output/seen.txt" || true
declared=$(wc -l <"$output/declared.txt") seen=$(wc -l <"$output/seen.txt")
echo "C functions: $declared declared, $seen documented"
[ "$((declared * seen))" -gt 0 ] || fail "there are none"
diff "$output/declared.txt" "$output/seen.txt" || fail "they are not the same"
[ $failures = 0 ] && echo "$output/html/index.html"
exit $failures
