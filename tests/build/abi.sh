#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# abi.sh INCLUDE FOLDER LIBRARY CC CXX: whatever flags a caller compiles with, the C face is the library's: every struct's size,
# every field's place, every enum's size and values, every default, or else an error that says what to do. The list of them is
# made from the headers. Other compilers for this machine and for bare-metal Arm are tried where they are.
set -euo pipefail
include=$1 folder=$2 library=$3 cc=$4 cxx=$5
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$folder"
cases=0
fail() {
  echo "FAILED: $*"
  exit 1
}

# What the headers declare, as the contents of one section.
"$cc" -std=c11 -E -P -I"$include" -include glissade/glissade.h -xc /dev/null | awk -v RS='\0' '
  function field(type, text) {
    if (text ~ /\(\*/) { sub(/.*\(\* */, "", text); sub(/\).*/, "", text) }
    sub(/\[.*/, "", text); sub(/ +$/, "", text); sub(/.*[ *]/, "", text)
    print "offsetof(" type ", " text "), sizeof(((" type "*)0)->" text "),"
  }
  {
    text = $0; gsub(/[ \n\t]+/, " ", text)
    while (match(text, /(typedef )?struct gls_[a-z0-9_]+ \{[^}]*\}|typedef enum [^{]*\{[^}]*\} gls_[a-z0-9_]+/)) {
      part = substr(text, RSTART, RLENGTH); text = substr(text, RSTART + RLENGTH)
      body = part; sub(/^[^{]*\{/, "", body); sub(/\}.*/, "", body)
      if (part ~ /^typedef enum/) {
        name = part; sub(/.*\} /, "", name); print "sizeof(" name "),"; enums++
        count = split(body, items, ",")
        for (i = 1; i <= count; i++) { sub(/=.*/, "", items[i]); if (items[i] ~ /[A-Z]/) print "(uint32_t)" items[i] "," }
        continue
      }
      name = part; sub(/ \{.*/, "", name); sub(/^typedef /, "", name)
      print "sizeof(" name "),"; structs++
      count = split(body, items, ";")
      for (i = 1; i <= count; i++) {
        if (items[i] !~ /[a-z]/) continue
        if (items[i] ~ /\(\*/) { field(name, items[i]); continue }
        parts = split(items[i], names, ",")
        for (k = 1; k <= parts; k++) field(name, " " names[k])
      }
    }
    if (structs < 30 || enums < 5) print "#error too few structs or enums were found"
  }' >"$folder/numbers.txt"
numbers=$(grep -oE 'sizeof|offsetof|\(uint32_t\)' "$folder/numbers.txt" | wc -l)
# Each gls_<name>_defaults has its macro, which is what the library sets.
grep -rhoE --include='*.h' 'void gls_[a-z_]+_defaults\(gls_[a-z_]+\* params' "$include" |
  sed -E 's/void gls_([a-z_]+)_defaults\((gls_[a-z_]+)\* .*/\1 \2/' >"$folder/defaults.txt"
{
  echo '#include "glissade/glissade.h"'
  echo "__attribute__((section(\".gls_abi\"), used)) const struct { uint32_t numbers[$numbers];"
  sed -E 's/(.*) (.*)/  \2 \1;/' "$folder/defaults.txt"
  echo '} gls_abi = {{'
  cat "$folder/numbers.txt"
  echo '},'
  while read -r name type; do echo "{GLS_${name^^}_DEFAULTS},"; done <"$folder/defaults.txt"
  echo '};'
} >"$folder/abi.c"
{
  echo '#include <stdio.h>'
  echo '#include <string.h>'
  echo '#include "glissade/glissade.h"'
  echo 'int main(void) { int wrong = 0;'
  while read -r name type; do
    macro=GLS_${name^^}_DEFAULTS
    echo "{ static const $type in_c = {$macro}; $type set; memset(&set, 0, sizeof set); gls_${name}_defaults(&set);"
    echo "if (memcmp(&in_c, &set, sizeof set)) { puts(\"$macro is not gls_${name}_defaults\"); wrong = 1; } }"
  done <"$folder/defaults.txt"
  echo 'return wrong; }'
} >"$folder/defaults.c"
[ "$(grep -c DEFAULTS "$folder/defaults.c")" -gt 50 ] || fail "too few defaults were found"
"$cc" -std=c99 -Wall -Wextra -Werror -I"$include" "$folder/defaults.c" "$library" -o "$folder/defaults" || fail "the defaults in C"
"$folder/defaults" || fail "defaults"
grep -rlE '^typedef enum (gls|\{)|^ *enum (gls_|\{)' --include='*.h' "$include" && fail "an enum without GLS_ENUM"

dump() { # compiler and flags...: the section as numbers
  "$@" -I"$include" -c "$folder/abi.c" -o "$folder/abi.o" 2>"$folder/errors.txt" || return 1
  llvm_objcopy=$(command -v llvm-objcopy-19 llvm-objcopy objcopy | head -1)
  "$llvm_objcopy" -O binary --only-section=.gls_abi "$folder/abi.o" "$folder/abi.bin"
  [ -s "$folder/abi.bin" ] || fail "$*: no numbers"
}
walk() { # the library's own compiler, then compilers of its users
  local own=$1 compiler flags
  shift
  dump $own || fail "$own: $(head -3 "$folder/errors.txt")"
  cp "$folder/abi.bin" "$folder/own.bin"
  for compiler in "$@"; do
    while read -r flags; do
      cases=$((cases + 1))
      if dump $compiler $flags; then
        cmp "$folder/own.bin" "$folder/abi.bin" || fail "$compiler $flags: not the library's ABI"
      else
        grep -q 'Glissade needs\|unrecognized\|unsupported\|not supported\|unknown argument' "$folder/errors.txt" || fail "$compiler $flags: $(head -3 "$folder/errors.txt")"
      fi
    done <"$here/abi_flags.txt"
  done
}
others=""
for clang in clang-19 clang; do command -v $clang >/dev/null && others=$clang && break; done
walk "$cxx -xc++ -std=c++17 -Wno-invalid-offsetof" "$cc -xc -std=c11" "$cc -xc -std=c99" "$cxx -xc++ -std=c++20" ${others:+"$others -xc -std=c11" "$others -xc++ -std=c++17"}
if command -v arm-none-eabi-g++ >/dev/null; then
  arm="--target=arm-none-eabi -mcpu=cortex-m4 -ffreestanding"
  walk "arm-none-eabi-g++ -mcpu=cortex-m4 -xc++ -std=c++17" "arm-none-eabi-gcc -mcpu=cortex-m4 -xc -std=c11" ${others:+"$others $arm -xc -std=c11" "$others $arm -xc++ -std=c++17"}
fi
# A verdict with guard bytes beside it, by a caller with short enums, over the library itself.
for compiler in "$cc" ${others:-}; do
  for flag in -fshort-enums -fno-short-enums; do
    $compiler -std=c11 $flag -I"$include" "$here/abi_verdict.c" "$library" -lstdc++ -o "$folder/verdict" || fail "$compiler $flag"
    "$folder/verdict" || fail "$compiler $flag: bytes beside a verdict changed"
    cases=$((cases + 1))
  done
done
echo "$cases callers with the library's ABI, or told why not; $(wc -l <"$folder/abi.c") sizes, places and values"
