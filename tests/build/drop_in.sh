#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# drop_in.sh FOLDER: the compiler lines in the head of FOLDER/glissade.cpp work as they stand, without a warning; each flag that
# it cannot take ends in one error that says so; the header compiles alone, as C and as C++ of any year.
set -euo pipefail
cd "$1"
lines=$(sed -n '/^ \*   .*g++/,/-c glissade.cpp$/s/^ \*   *//p' glissade.cpp)
[ "$(grep -c -e '-c glissade.cpp$' <<<"$lines")" = 2 ] || { echo "FAILED: not two compiler lines in the head"; exit 1; }
while read -r line; do
  echo "$line"
  warnings=$($line -Wall -Wextra 2>&1) || { echo "$warnings"; exit 1; }
  [ -z "$warnings" ] || { echo "FAILED: $warnings"; exit 1; }
done < <(sed -e ':a' -e '/\\$/N; s/\\\n//; ta' <<<"$lines")
for flags in -Ofast -ffast-math -ffinite-math-only -funsafe-math-optimizations -fsingle-precision-constant -std=c++14; do
  if errors=$(g++ -std=c++17 -O2 $flags -fsyntax-only glissade.cpp 2>&1); then echo "FAILED: $flags is taken"; exit 1; fi
  errors=$(grep 'error:' <<<"$errors")
  echo "$flags: $errors"
  [ "$(wc -l <<<"$errors")" = 1 ] && grep -qiE 'glissade.*(compile|needs)' <<<"$errors" || { echo "FAILED: not one clear error"; exit 1; }
done
for standard in c99 c11; do gcc -std=$standard -Wall -Wextra -Wpedantic -Werror -fsyntax-only -xc glissade.h; done
for standard in c++17 c++20; do g++ -std=$standard -Wall -Wextra -Wpedantic -Werror -fsyntax-only -xc++ glissade.h; done
# Below C++17 there is the C face alone, and only where it was asked for; on AVR there is nothing. Each is one error that says so.
for compiler in g++ $(command -v clang++-19 || true); do
  for standard in gnu++11 c++11 gnu++14; do
    $compiler -std=$standard -Wall -Wextra -Wpedantic -Werror -DGLISSADE_C_FACE -fsyntax-only -xc++ glissade.h
    errors=$($compiler -std=$standard -fsyntax-only -xc++ glissade.h 2>&1 | grep 'error:' || true)
    [[ $errors =~ C\+\+17.*GLISSADE_C_FACE && $errors != *$'\n'* ]] || { echo "FAILED: $compiler $standard: $errors"; exit 1; }
  done
done
errors=$(g++ -std=gnu++11 -D__AVR__ -fsyntax-only -xc++ glissade.h 2>&1 | grep 'error:' || true)
[[ $errors =~ AVR && $errors != *$'\n'* ]] || { echo "FAILED: AVR: $errors"; exit 1; }
