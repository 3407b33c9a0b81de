#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# readme.sh SOURCES BUILD WORK-FOLDER "C COMPILER" "C++ COMPILER": the C and C++ examples of every README.md compile without
# a warning against the library as it is installed. One with a comment `prints: TEXT` (one for each line) is a whole program,
# runs, and prints this. Its own arithmetic leaves the compiler no product and sum to fuse, or the "same bits" would be others on
# other processors; sketches (.ino) too. One with a comment `compile: COMMAND` is compiled by that command too, as it stands.
set -euo pipefail
build=$2 work=$3 c_compiler=$4 cpp_compiler=$5
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
cd "$1"
rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/prefix" >/dev/null
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name glissade.pc)")
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags glissade) libraries=$(pkg-config --libs glissade)

comment() { sed -n "s|^ *// $1: ||p; s|^ */\* $1: \(.*\) \*/|\1|p" "$2"; } # word, source
fail() {
  echo "FAILED: $*"
  exit 1
}
# It prints what its comment says: source, where it stands, program.
runs() {
  local printed
  printed=$("$3") || fail "$2: status $?"
  [ "$printed" = "$(comment prints "$1")" ] || fail "$2 prints: $printed"
}

case $("$cpp_compiler" -dumpmachine) in
  x86_64*) fusing=-mfma fused='vfn?m(add|sub)' ;;
  *) fusing=-O2 fused='\sf(n?m(add|sub)|ml[as])\s' ;;
esac
fuses_nothing() { # compiler, flags, source, where it stands
  "$1" $2 -O2 "$fusing" -ffp-contract=fast $flags -S "$3" -o "${3%.*}.s"
  ! grep -E "$fused" "${3%.*}.s" || fail "$4: arithmetic that a compiler may fuse"
}

try() { # source, where it stands
  local source=$1 object=${1%.*}.o program=${1%.*} command name
  case $source in
    *.c) "$c_compiler" -std=c99 "${warnings[@]}" $flags -c "$source" -o "$object" ;;
    *) "$cpp_compiler" -std=c++17 "${warnings[@]}" $flags -c "$source" -o "$object" ;;
  esac || fail "$2 does not compile"
  case $source in
    *.c) fuses_nothing "$c_compiler" -std=c99 "$source" "$2" ;;
    *) fuses_nothing "$cpp_compiler" -std=c++17 "$source" "$2" ;;
  esac
  count=$((count + 1))
  grep -q ' prints: ' "$source" || return 0
  "$cpp_compiler" "$object" $libraries -o "$program"
  runs "$source" "$2" "$program"
  command=$(comment compile "$source")
  [ -n "$command" ] || return 0
  name=$(grep -oE '[a-z_]+\.c(pp)?' <<<"$command" | head -n 1)
  mkdir "$program.command"
  cp "$source" "$program.command/$name"
  (cd "$program.command" && bash -c "$command") || fail "$2: $command"
  runs "$source" "$2, by $command" "$program.command/${name%.*}"
}

count=0
while read -r page; do
  folder=$work/$(dirname "$page")
  mkdir -p "$folder"
  awk -v start="$folder/line" '/^```(c|cpp)$/ { file = start NR "." substr($0, 4); next }
    /^```/ { file = "" } file != "" { print > file }' "$page"
  for source in "$folder"/line*.c "$folder"/line*.cpp; do
    [ ! -e "$source" ] || try "$source" "$page, $(basename "${source%.*}")"
  done
done < <(find . -name .git -prune -o -path ./build -prune -o -name README.md -print | sort)
for sketch in $(find platform -name '*.ino'); do
  { echo '#include "glissade/layers/network.hpp"' && sed '/^#include <glissade.h>/d' "$sketch"; } >"$work/sketch.cpp"
  fuses_nothing "$cpp_compiler" "-std=c++17 -Itests/build/consumer/arduino" "$work/sketch.cpp" "$sketch"
  count=$((count + 1))
done
ls "$work"/line*.c "$work"/line*.cpp >/dev/null || fail "README.md has no C or no C++ example"
echo "$count examples compile; those that print say what their pages say"
