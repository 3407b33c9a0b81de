#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# readme.sh README INCLUDE WORK-FOLDER "C COMPILER" "C++ COMPILER" LINK...: the README's C and C++ examples compile
# without a warning, run, and print what the README says they print.
set -euo pipefail
readme=$1 include=$2 work=$3 c_compiler=$4 cpp_compiler=$5
shift 5
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
mkdir -p "$work"
example() { # language, output file: the README's first block in that language
  awk -v fence="\`\`\`$1" '$0 == fence && !seen { inside = seen = 1; next } /^```/ { inside = 0 } inside' "$readme" >"$2"
  [ -s "$2" ] || { echo "FAILED: no $1 example in $readme"; exit 1; }
}
example cpp "$work/example.cpp"
example c "$work/example.c"
"$cpp_compiler" -std=c++17 "${warnings[@]}" -I"$include" "$work/example.cpp" "$@" -o "$work/example_cpp"
"$c_compiler" -std=c99 "${warnings[@]}" -I"$include" -c "$work/example.c" -o "$work/example_c.o"
"$cpp_compiler" "$work/example_c.o" "$@" -o "$work/example_c"
for language in cpp c; do
  said=$(sed -n 's|.*// prints: ||p; s|.*/\* prints: \(.*\) \*/|\1|p' "$work/example.$language")
  printed=$("$work/example_$language")
  echo "$language: $printed"
  [ -n "$said" ] && [ "$printed" = "$said" ] || { echo "FAILED: the README says: $said"; exit 1; }
done
