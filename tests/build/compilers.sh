#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# compilers.sh SOURCE: each compiler of platform/compilers.txt, were it older than the list, is refused by one clear error, and is
# taken at its oldest version and at any newer one; a compiler that is neither GNU's nor clang's is refused by the headers.
# compilers.sh SOURCE WORK-FOLDER COMMAND VERSION: the library by this compiler computes the golden cases. 77 where it is not there.
set -euo pipefail
source=$1
list=$source/platform/compilers.txt
if [ $# = 4 ]; then
  work=$2 command=$3-$4
  command -v "$command" >/dev/null || command=$3
  version=$("$command" -dumpversion 2>/dev/null) || version=
  [ "${version%%.*}" = "$4" ] || { echo "skipped: there is no $3 $4 here"; exit 77; }
  echo "$command $version"
  if [ "$3" = arm-none-eabi-g++ ]; then
    exec "$source/tests/build/configuration.sh" "$source" "$work" vfp --toolchain "$source/toolchains/cortex-m4f.cmake"
  fi
  exec "$source/tests/build/configuration.sh" "$source" "$work" "avx512 avx2 xsimd_avx2 sse4 scalar" -DCMAKE_CXX_COMPILER="$command"
fi

checks=0 failures=0
fail() {
  failures=$((failures + 1))
  echo "FAILED: $*"
}
check() { # taken|refused, what the error names, compiler and options...
  local errors
  checks=$((checks + 1))
  errors=$("${@:3}" -I"$source"/{include,src,platform} 2>&1 >/dev/null | grep -E 'error:' || true)
  case $1 in
    taken) [ -z "$errors" ] || fail "${*:3}: $errors" ;;
    refused) [[ $errors == *Glissade*"$2"* ]] && [ "$(wc -l <<<"$errors")" = 1 ] || fail "${*:3}: not one error that names $2: $errors" ;;
  esac
}
preprocess() { printf '%s\n' "$1" -E -std=c++17 '-DGLISSADE_BACKEND=scalar' '-DGLISSADE_LANES="cpu/simd/lanes_scalar.hpp"' "$source/src/kernels/kernels.cpp"; }
sentence=
while read -r command oldest others; do
  name=GCC macro=__GNUC__ real=
  [ "$command" != clang++ ] || name=clang macro=__clang_major__
  for version in $oldest $others; do real=$(command -v "$command-$version" || command -v "$command" || true); [ -z "$real" ] || break; done
  sentence+="${sentence:+; }$command $oldest, ${others// /, }"
  [ -n "$real" ] || { echo "$command: not here"; continue; }
  mapfile -t line < <(preprocess "$real")
  for version in 4 7 $((oldest - 1)); do
    check refused "$name $oldest or newer" "${line[@]}" -U$macro -D$macro=$version
    check taken "" "${line[@]}" -U$macro -D$macro=$version -DGLISSADE_UNTESTED_COMPILER
  done
  for version in $oldest $others 99; do check taken "" "${line[@]}" -U$macro -D$macro=$version; done
  [ "$command" != clang++ ] || check taken "" "${line[@]}" -D__ARMCC_VERSION=6160001
  for language in c c++; do
    check refused "GCC's or clang's language" "$real" -x "$language" -U__GNUC__ -U__clang__ -E -include glissade/glissade.h /dev/null
    check taken "" "$real" -x "$language" -E -include glissade/glissade.h /dev/null
  done
done < <(grep -v '^#' "$list")
grep -qF "$sentence" "$source/platform/README.md" || fail "platform/README.md does not say: $sentence"
echo "$checks checks, $failures failed"
[ "$checks" -gt 0 ] && [ "$failures" = 0 ]
