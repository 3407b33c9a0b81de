#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# readme.sh README INCLUDE WORK-FOLDER "C COMPILER" "C++ COMPILER" LINK...: the README's C and C++ examples compile
# without a warning, run, and print what the README says they print.
set -euo pipefail
readme=$1 include=$2 work=$3 c_compiler=$4 cpp_compiler=$5
shift 5
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
rm -rf "$work"
mkdir -p "$work"
awk -v folder="$work/" '/^```(c|cpp)$/ { language = substr($0, 4); file = folder "example" ++n "." language; next }
  /^```/ { file = "" } file != "" { print > file }' "$readme"
for language in c cpp; do
  ls "$work"/*."$language" >/dev/null || { echo "FAILED: no $language example in $readme"; exit 1; }
done
for source in "$work"/example*; do
  program=${source%.*}
  case $source in
    *.c)
      "$c_compiler" -std=c99 "${warnings[@]}" -I"$include" -c "$source" -o "$program.o"
      "$cpp_compiler" "$program.o" "$@" -o "$program"
      ;;
    *.cpp) "$cpp_compiler" -std=c++17 "${warnings[@]}" -I"$include" "$source" "$@" -o "$program" ;;
  esac
  said=$(sed -n 's|.*// prints: ||p; s|.*/\* prints: \(.*\) \*/|\1|p' "$source")
  printed=$("$program")
  echo "${source##*/}: $printed"
  [ -n "$said" ] && [ "$printed" = "$said" ] || { echo "FAILED: the README says: $said"; exit 1; }
done
