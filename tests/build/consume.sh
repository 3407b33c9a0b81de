#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# consume.sh WAY SOURCE BUILD WORK-FOLDER [CMAKE-ARGUMENTS...]: a project that takes the library in this WAY builds, runs,
# and ends with the bits that everybody ends with. BUILD is installed for find_package and pkg-config, which try the
# compiler flags that users have. The manifests of packages are read by the tools that there are for their formats.
set -euo pipefail
way=$1 source=$2 build=$3 work=$4
shift 4
checksum=f7ee5a2a
rm -rf "$work"
mkdir -p "$work"

consume() { # folder, CMake arguments...
  local folder=$work/$1
  shift
  cmake -S "$source/tests/build/consumer" -B "$folder" -DGLISSADE_WAY="$way" -DGLISSADE_SOURCE="$source" \
    -DCMAKE_PREFIX_PATH="$work/prefix" --log-level=WARNING "$@" >"$folder.log" || { cat "$folder.log"; exit 1; }
  cmake --build "$folder" --target all run -j 2 >"$folder.log" 2>&1 || { cat "$folder.log"; exit 1; }
  if grep 'warning:' "$folder.log"; then exit 1; fi
  [ "$(grep -cx "$checksum" "$folder.log")" = 2 ] || { cat "$folder.log"; echo "FAILED: not twice $checksum"; exit 1; }
  echo "$way $*: $checksum"
}

if [ "$way" = find_package ]; then
  cmake --install "$build" --prefix "$work/before" >/dev/null
  mv "$work/before" "$work/prefix" # an installed tree can move
  consume installed "$@"
  case "$*" in *toolchain*) exit ;; esac
  for flags in -O0 -O1 -Os -O3 '-Ofast -ffast-math -flto=auto'; do
    consume "flags${flags// /}" "$@" -DCMAKE_C_FLAGS="$flags" -DCMAKE_CXX_FLAGS="$flags"
  done
  consume c_alone "$@" -DGLISSADE_ALONE=ON
  export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
  if command -v pkg-config >/dev/null; then
    cc -std=c99 -c "$source/tests/build/consumer/consumer.c" $(pkg-config --cflags glissade) -o "$work/consumer.o"
    c++ -std=c++17 "$work/consumer.o" "$source/tests/build/consumer/train.cpp" $(pkg-config --cflags --libs glissade) -o "$work/program"
    [ "$("$work/program")" = "$checksum" ] || { echo "FAILED: pkg-config"; exit 1; }
    [ "$(pkg-config --modversion glissade)" = "$(sed -n 's/^project(glissade VERSION \([0-9.]*\) .*/\1/p' "$source/CMakeLists.txt")" ]
    cc "$source"/tests/build/consumer/{consumer,train}.c $(pkg-config --cflags --libs glissade) -o "$work/program"
    [ "$("$work/program")" = "$checksum" ] || { echo "FAILED: pkg-config, in C alone"; exit 1; }
    c++ -std=c++17 -shared -fPIC "$source"/tests/build/consumer/train.cpp $(pkg-config --cflags --libs glissade) \
      -Wl,--no-undefined,-z,text -o "$work/plugin.so" || { echo "FAILED: a shared library with the static one in it"; exit 1; }
    echo "pkg-config: $checksum"
  fi
else
  package=()
  if [ -d "$source/platform/packages/$way" ]; then # an archive by ./dev package
    archive=$("$source/platform/packages/drop-in/package.sh" "$way" "$work")
    (cd "$work" && cmake -E tar xf "$archive")
    package=(-DGLISSADE_PACKAGE="$work/glissade")
    version=$(sed -n 's/^project(glissade VERSION \([0-9.]*\) .*/\1/p' "$source/CMakeLists.txt")
    for manifest in "$work"/glissade/{library.json,library.properties,idf_component.yml,README.md,src/glissade.h,glissade.h}; do
      [ ! -e "$manifest" ] || grep -q "$version" "$manifest" || { echo "FAILED: $manifest does not say $version"; exit 1; }
    done
    if find "$work/glissade" -name '*.yml' | grep . >/dev/null; then yamllint --strict $(find "$work/glissade" -name '*.yml'); fi
    if [ "$way" = zephyr ]; then
      printf 'config CPP\n\tdef_bool y\nsource "%s"\n' "$work/glissade/zephyr/Kconfig" >"$work/Kconfig"
      (cd "$work" && kconfig-conf --allyesconfig Kconfig >/dev/null && grep -qx CONFIG_GLISSADE=y .config)
    fi
  fi
  consume project "$@" "${package[@]}"
fi
