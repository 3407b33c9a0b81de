#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# guests.sh WHAT SOURCE WORK-FOLDER CMAKE-ARGUMENTS...: the library in a project that is not kind to its guests; one of the
# functions below. 77 and a line where a tool is missing.
set -euo pipefail
what=$1 source=$2 work=$3
shift 3
checksum=f7ee5a2a
rm -rf "$work"
mkdir -p "$work"
fail() {
  echo "FAILED: $*"
  exit 1
}
configure() { # folder, arguments...
  cmake -S "$source/tests/build/consumer" -B "$1" -DGLISSADE_WAY=add_subdirectory -DGLISSADE_SOURCE="$source" \
    -DGLISSADE_BACKENDS=scalar --log-level=WARNING "${@:2}" || fail "$what: no project"
}
build() { # folder: what it prints
  cmake --build "$1" --target all run -j 2 >"$1.log" 2>&1 || { cat "$1.log"; fail "$what: no program"; }
  ! grep 'warning:' "$1.log" || fail "$what: warnings"
  [ "$(grep -cx "$checksum" "$1.log")" = 2 ] || { cat "$1.log"; fail "$what: not twice $checksum"; }
}

# In C, without C++.
c_alone() {
  configure "$work/project" "$@" -DGLISSADE_ALONE=ON
  build "$work/project"
}

# BUILD_SHARED_LIBS: it shows the C face and what the C++ face names, and nothing else.
shared() {
  configure "$work/project" "$@" -DBUILD_SHARED_LIBS=ON
  build "$work/project"
  local library=$work/project/glissade/libglissade.so version names
  version=$(sed -n 's/^project(glissade VERSION \([0-9]*\.[0-9]*\).*/\1/p' "$source/CMakeLists.txt")
  readelf -d "$library" | grep "SONAME.*\[libglissade.so.$version\]" >/dev/null || fail "no SONAME with $version"
  names=$(nm -DC --defined-only "$library" | cut -d' ' -f3-)
  grep -q '^gls_step$' <<<"$names" || fail "no gls_step"
  grep -q "^gls_declarations$" <<<"$names" || fail "it does not say what the C face is"
  ! grep -vE '^gls_[a-z0-9_]+$|^glissade::([a-z_]+_(rule|source)|format_[a-z0-9_]+)$|^glissade::step(_unguarded)?\(' <<<"$names" || fail "it shows these"
  ! readelf -d "$library" | grep -E 'NEEDED.*(stdc|c\+\+|TEXTREL)' || fail "it needs a C++ library, or is not position independent"
}

# Warnings as errors; variables that are named as ours; nothing of ours is installed with the project.
hostile() {
  local settings=$work/settings.cmake files=("$source"/{CMakeLists.txt,platform/install.cmake,platform/shared.cmake,platform/cpu/backends.cmake}) name
  {
    cat "${files[@]}" | grep -oE '(set|list|foreach|function|get_property|get_directory_property|string|file)\([^)]*\)|\$\{[A-Za-z_]+\}' |
      grep -oE '\b[a-z][A-Za-z_]+\b' | sort -u
    for name in scalar avx2 vfp; do
      cat "${files[@]}" | grep -oE 'glissade_\$\{[a-z_]+\}_[A-Z_]+' | sed "s/\${[a-zA-Z_]*}/$name/"
      grep -oE 'FLUSHES|BASELINE|LANES|QUESTION|TARGET|FLAGS|DEFINITIONS' "${files[@]}" -h | sed "s/^/glissade_${name}_/"
    done
  } | sort -u | sed 's/.*/set(& poison)/' >"$settings"
  [ "$(wc -l <"$settings")" -gt 60 ] || fail "no names were found"
  cat >>"$settings" <<'CMAKE'
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wfloat-equal -Wcast-align -Wdouble-promotion
  -Wundef -Wswitch-enum "$<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast;-Wzero-as-null-pointer-constant>" -Werror)
CMAKE
  configure "$work/project" "$@" -DGLISSADE_HOSTILE="$settings"
  build "$work/project"
  ! grep -rlw poison "$work/project" --include=*.ninja --include=Makefile --include=*.make --include=*.inc --include=*.cmake || fail "it reads variables of the project"
  cmake --install "$work/project" --prefix "$work/prefix" >/dev/null
  [ -z "$(find "$work/prefix" -type f 2>/dev/null)" ] || fail "it was installed with the project"
}

# Folders of an installation by their whole paths; and the C compiler alone.
absolute() {
  command -v pkg-config >/dev/null || { echo "skipped: no pkg-config"; exit 77; }
  to= # CMake refuses include folders inside the sources
  to=$(mktemp -d) && trap 'rm -rf "$to"' EXIT
  cmake -S "$source" -B "$work/build" --log-level=WARNING -DGLISSADE_BACKENDS=scalar -DGLISSADE_TESTS=OFF "$@" -DCMAKE_INSTALL_PREFIX="$work/prefix" \
    -DCMAKE_INSTALL_LIBDIR="$to/lib" -DCMAKE_INSTALL_INCLUDEDIR="$to/headers"
  cmake --build "$work/build" -j 2 --target install >"$work/log" || { cat "$work/log"; fail "no installation"; }
  export PKG_CONFIG_PATH=$to/lib/pkgconfig
  cc "$source"/tests/build/consumer/{consumer,train}.c $(pkg-config --cflags --libs glissade) -o "$work/program"
  [ "$("$work/program")" = "$checksum" ] || fail "not $checksum"
}

# The target's flags as a project gives them: all say Cortex-M4 with FPU.
options() {
  command -v arm-none-eabi-g++ >/dev/null || { echo "skipped: no arm-none-eabi-g++"; exit 77; }
  local core="-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16" way=0 settings
  for settings in "add_compile_options($core)" "add_compile_options(\"\$<\$<COMPILE_LANGUAGE:C,CXX>:${core// /;}>\")" \
    "add_compile_options(\"SHELL:$core\")" "set(CMAKE_CXX_FLAGS \"$core\")" "set(CMAKE_CXX_FLAGS_MINSIZEREL \"-Os $core\")"; do
    way=$((way + 1))
    printf '%s\n' 'cmake_minimum_required(VERSION 3.22)' 'project(firmware C CXX)' "$settings" "add_subdirectory($source glissade)" >"$work/CMakeLists.txt"
    cmake -S "$work" -B "$work/$way" --log-level=WARNING -DCMAKE_SYSTEM_NAME=Generic -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY \
      -DCMAKE_BUILD_TYPE=MinSizeRel -DCMAKE_C_COMPILER=arm-none-eabi-gcc -DCMAKE_CXX_COMPILER=arm-none-eabi-g++
    grep -q '(vfp, true)' "$work/$way/glissade/generated/glissade_backends.inc" || fail "$settings: $(cat "$work/$way/glissade/generated/glissade_backends.inc")"
  done
}

"$what" "$@"
echo "$what: right"
