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
