#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# headers.sh INCLUDE COMPILER...: every public header compiles alone and without a warning, the C one also as C.
set -euo pipefail
include=$1
shift
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
count=0
compile() { # language, standard, header, compiler
  "$4" -x "$1" "-std=$2" "${warnings[@]}" -I"$include" -fsyntax-only - <<<"#include \"$3\"
extern int nothing_else;"
  count=$((count + 1))
}
for compiler in "$@"; do
  for header in $(cd "$include" && find . -name '*.h' -o -name '*.hpp'); do
    for standard in c++17 c++20; do compile c++ "$standard" "${header#./}" "$compiler"; done
  done
  for standard in c99 c11; do compile c "$standard" glissade/glissade.h "$compiler"; done
done
# The C face takes C++11; the C++ face says that it does not.
for compiler in "$@" $(command -v clang++-19 || true); do
  for header in $(cd "$include" && find . -name '*.h'); do
    for standard in c++11 gnu++14; do compile c++ "$standard" "${header#./}" "$compiler"; done
  done
  for header in $(cd "$include" && find . -name '*.hpp'); do
    errors=$("$compiler" -x c++ -std=gnu++14 -I"$include" -fsyntax-only - <<<"#include \"$header\"" 2>&1 | grep -m 1 'error:' || true)
    [[ $errors == *'needs C++17'* ]] || { echo "FAILED: $compiler, C++14, $header: $errors"; exit 1; }
  done
done
# And in a user's file, with templates in use: the widest sets that compilers have. Left out: what older standards lack, padding
# (an ABI that is written down has it), and pointers as such. A static optimizer takes no start-up code: it is in .bss.
object=$(mktemp)
trap 'rm -f "$object" "$object.c"' EXIT
user=$(dirname "$0")/warnings.cpp
gcc=(-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wfloat-equal -Wcast-qual
  -Wcast-align=strict -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wnull-dereference -Wdouble-promotion -Wformat=2
  -Wswitch-enum -Wswitch-default -Wundef -Wredundant-decls -Wnon-virtual-dtor -Woverloaded-virtual
  -Wzero-as-null-pointer-constant -Wextra-semi -Wvla -Wmissing-declarations -Wsign-promo -Warith-conversion -Werror)
gcc_c=(-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wfloat-equal -Wcast-qual -Wcast-align=strict
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wnested-externs -Wundef -Wredundant-decls -Wswitch-enum
  -Wdouble-promotion -Wc++-compat -Wvla -Werror)
clang=(-Weverything -Wno-c++98-compat -Wno-c++98-compat-pedantic -Wno-pre-c11-compat -Wno-pre-c23-compat -Wno-padded -Wno-unsafe-buffer-usage
  -Wno-unknown-warning-option -Werror)
everything() { # language, standard, file, compiler, warnings...
  if "$4" -x "$1" "-std=$2" -fsyntax-only - </dev/null 2>/dev/null; then
    "$4" -x "$1" "-std=$2" -O2 "${@:5}" -I"$include" -c "$3" -o "$object"
    count=$((count + 1))
  fi
}
for compiler in "$@" $(command -v clang++-19 || true); do
  case $("$compiler" --version | head -n 1) in
    *clang*) cxx=("${clang[@]}") c=("${clang[@]}") ;;
    *) cxx=("${gcc[@]}") c=("${gcc_c[@]}") ;;
  esac
  for standard in gnu++17 c++20 c++23; do everything c++ $standard "$user" "$compiler" "${cxx[@]}"; done
  "${NM:-nm}" "$object" | grep -E ' b .*adam' >/dev/null || { echo "FAILED: $compiler: a static optimizer is not in .bss"; exit 1; }
  for standard in c99 c11 c17 gnu2x; do
    headers=glissade/glissade.h
    [ $standard != c99 ] || headers=$(cd "$include" && find glissade -name '*.h')
    for header in $headers; do
      printf '#include "%s"\nextern int nothing_else;\n' "$header" >"$object.c"
      everything c $standard "$object.c" "$compiler" "${c[@]}"
    done
  done
done
# Kernel text opens alone in an editor too.
for text in "$include"/../src/kernels/*-inl.hpp; do
  "$1" -x c++ -std=c++17 -Wall -Wextra -I"$include" -I"$include/../src" -I"$include/../platform" -fsyntax-only - <<<"#include \"$text\""
  count=$((count + 1))
done
echo "$count compilations without a warning"
# The core knows no CPU.
if grep -rnE '__(x86_64|i386|aarch64|arm|ARM_|AVX|SSE|FMA|riscv|wasm)|immintrin|arm_neon|arm_mve' "$include" "$include/../src"; then
  echo "FAILED: a CPU's name in include/ or src/"
  exit 1
fi
# Nor a header that a freestanding compiler lacks.
if grep -rnhoE --include='*.h' --include='*.hpp' --include='*.cpp' --include='*.inc' '#include <[^>]*>' "$include" "$include/../src" | grep -vE '<std(bool|def|int)\.h>'; then
  echo "FAILED: a header that is not freestanding"
  exit 1
fi
