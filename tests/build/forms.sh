#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# forms.sh SOURCE WORK NM OBJDUMP SYMBOLS TABLE FORMS OPTIMIZATIONS COMPILER...: what the library promises holds in every form in which it
# is delivered: cmake (the CMake library), drop-in (the two files, by the line in their head) and each package, by the flags
# that it gives and those of its system; for every -O, and for the linker's optimization too. Promises: nothing is called but
# what SYMBOLS names and mem*; no writable global; no symbol that is unique in a process, which would keep a plugin loaded; on
# boards the stack of each function, and in TABLE the flash of Adam alone; on this machine the bits, a C program that links
# without C++, and a plugin that leaves the process.
set -euo pipefail
source=$1 work=$2 nm=$3 objdump=$4 symbols=$5 table=$6 forms=$7 optimizations=$8
shift 8
compiler=("$@")
bad=0
rm -rf "$work"
mkdir -p "$work"
fail() {
  echo "FAILED: $form $optimization: $*"
  bad=1
}
hosted=true
case "$*" in *-m[ct]*) hosted=false ;; esac

flags_in() { sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$2" | grep -oE -- "$1" | tr -d ')' | tr ' ' '\n' | grep -- '^-[fs]' | tr '\n' ' '; } # pattern of a line, file
# The flags that a form's users have: of the package, and of its system.
flags_of() { # form, its folder
  local system='-fno-exceptions -fno-rtti -ffunction-sections -fdata-sections'
  case $1 in
    drop-in) flags_in " $($hosted || echo arm-none-eabi-)g\\+\\+ -std.*-c glissade.cpp\$" "$2/glissade.cpp" ;;
    zephyr) echo "-ffreestanding $system $(flags_in '_compile_options\(.*' "$2/zephyr/CMakeLists.txt")" ;;
    esp-idf) echo "$system $(flags_in '_compile_options\(.*' "$2/CMakeLists.txt")" ;;
    platformio) echo "-std=gnu++14 $system $(jq -r '.build.flags[]' "$2/library.json" | tr '\n' ' ')" ;;
    arduino) echo "-std=gnu++17 $system" ;;
  esac
}

# One object of a form, and where its headers are.
build() {
  local linker=()
  case $optimization in *-flto*) linker=(-flinker-output=nolto-rel) ;; esac
  if [ "$form" = cmake ]; then
    cmake -S "$source" -B "$here" -DGLISSADE_TESTS=OFF -DGLISSADE_BACKENDS="$($hosted && echo scalar)" -DCMAKE_CXX_COMPILER="${compiler[0]}" -DCMAKE_SYSTEM_NAME=Generic \
      -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY -DCMAKE_C_COMPILER="${compiler[0]/++/cc}" -DCMAKE_BUILD_TYPE=None -G Ninja \
      -DCMAKE_CXX_FLAGS="${compiler[*]:1} $optimization -fstack-usage" --log-level=ERROR >"$here.log" 2>&1 || { cat "$here.log"; exit 1; }
    cmake --build "$here" --target glissade >>"$here.log" 2>&1 || { cat "$here.log"; exit 1; }
    include=$source/include
    objects="-Wl,--whole-archive $here/libglissade.a -Wl,--no-whole-archive"
  else
    include=$work/glissade.$form/glissade
    [ ! -d "$include/src" ] || include=$include/src
    "${compiler[@]}" $(flags_of "$form" "$work/glissade.$form/glissade") -fstack-usage $optimization -c "$include/glissade.cpp" -o "$here.part.o"
    objects=$here.part.o
  fi
  "${compiler[@]}" $optimization -nostdlib -r "${linker[@]}" $objects -o "$here.o" 2>"$here.link" || { cat "$here.link"; exit 1; }
}

check_symbols() {
  local undefined
  undefined=$("$nm" -u "$here.o" | sed -n 's/^ *U //p' | grep -vx -e _GLOBAL_OFFSET_TABLE_ -e 'mem\(cpy\|set\|move\|cmp\)' |
    grep -vxF -f <(grep -v ' ' "$symbols") || true)
  [ -z "$undefined" ] || fail "leaves undefined:" $undefined
  ! "$nm" -C "$here.o" | grep ' u ' || fail "is unique in a process"
  ! "$objdump" -tC "$here.o" | grep -E ' (\.s?data|\.s?bss|\*COM\*)[^ \t]*\s' | grep -v -e '\.data\.rel\.ro' -e ' d  ' || fail "has a writable global"
}

check_stack() {
  local limit=240
  case $optimization in *-Os*) limit=160 ;; esac
  find "$work" -path "$here*" -name '*.su' -exec awk -F'\t' -v limit=$limit '
    # as in stack.sh
    { slots = $1 ~ /copy_block|sweep_block_of_weights/ ? 1 : match($1, /sweep_slots.*kSlots = [0-9]+/) ? substr($1, RSTART + RLENGTH - 1, 1) : 0
      most = slots > 0 ? 256 * slots + 16 : limit }
    $2 > most || ($3 !~ /static/ && $3 !~ /bounded/) { print; bad = 1 } END { exit bad }' {} + ||
    fail "a function takes more than $limit bytes of stack"
}

# Adam's own bytes, as sizes.sh counts them.
check_size() {
  local flash most
  "${compiler[@]}" -xc -std=c99 $optimization -ffreestanding -DGLISSADE_RULE_NAME=adam -DGLISSADE_RULE_SLOTS=2 -I"$work/$form.include" \
    -I"$include" -c "$source/tests/sizes/one_rule.c" -o "$here.adam.o"
  "${compiler[@]}" $optimization -nostdlib -Wl,--gc-sections,-e,program,--unresolved-symbols=ignore-all "$here.adam.o" $objects -o "$here.adam" 2>/dev/null
  flash=$("$nm" -S --radix=d --defined-only "$here.adam" | awk '$3 ~ /[tTrRvVwW]/ && !seen[$1]++ && $4 ~ /glissade|gls_/ { own += $2 } END { print own + 0 }')
  most=$(awk '$1 == "adam" { print int($2 * 1.02) }' "$table")
  echo "$form $optimization: Adam takes $flash bytes of flash, of at most $most"
  [ "$flash" -gt 1000 ] && [ "$flash" -le "$most" ] || fail "Adam takes $flash bytes"
}

checksum=f7ee5a2a
check_here() {
  local consumer=$source/tests/build/consumer
  gcc -std=c99 -I"$work/$form.include" -I"$include" -c "$consumer/consumer.c" -o "$here.consumer.o"
  g++ -std=c++17 -I"$work/$form.include" -I"$include" "$here.consumer.o" "$consumer/train.cpp" "$here.o" -o "$here.program"
  [ "$("$here.program")" = "$checksum" ] || fail "other bits than $checksum"
  gcc -std=c99 "$work/plain.c" "$here.o" -o "$here.plain" && "$here.plain" || fail "a C program does not link or run"
  for cpp in g++ $(command -v clang++-19 || true); do  # the C face takes C++11
    $cpp -std=gnu++11 -DGLISSADE_C_FACE -I"$work/$form.include" -I"$include" "$consumer/older.cpp" "$here.o" -o "$here.older" &&
      "$here.older" || fail "a program of C++11, by $cpp"
  done
}

# As a plugin: with code that does not depend on its place. It goes when it is closed.
check_plugin() {
  local plugin=$work/$form.so
  "${compiler[@]}" $(flags_of "$form" "$work/glissade.$form/glissade") -O2 -fPIC -shared "$include/glissade.cpp" -o "$plugin"
  gcc -std=c99 "$work/plugin.c" -o "$work/plugin" -ldl && "$work/plugin" "$plugin" || fail "the plugin stays"
}

cat >"$work/plain.c" <<'END'
unsigned gls_version(void);
int main(void) { return gls_version() == 0; }
END
cat >"$work/plugin.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
int main(int argc, char** argv) {
  void* plugin = dlopen(argv[argc - 1], RTLD_NOW);
  if (!plugin || !dlsym(plugin, "gls_step")) return 1;
  dlclose(plugin);
  return dlopen(argv[argc - 1], RTLD_NOW | RTLD_NOLOAD) != 0;
}
END

for form in $forms; do
  optimization=
  if [ "$form" != cmake ]; then
    archive=$("$source/platform/packages/drop-in/package.sh" "$form" "$work")
    mkdir "$work/glissade.$form"
    (cd "$work/glissade.$form" && cmake -E tar xf "$archive")
    mkdir -p "$work/$form.include/glissade"
    for header in h hpp; do echo '#include <glissade.h>' >"$work/$form.include/glissade/glissade.$header"; done
  fi
  while read -r optimization; do
    here=$work/$form$(tr -d ' ' <<<"$optimization")
    build
    check_symbols
    if $hosted; then
      check_here
    else
      [ "$optimization" = -O0 ] || check_stack
      case $optimization in -Os) [ ! -f "$table" ] || check_size ;; esac
    fi
    echo "$form $optimization: $(wc -w < <("$nm" -u "$here.o")) words of undefined symbols"
  done < <(tr ',' '\n' <<<"$optimizations")
  if $hosted && [ "$form" != cmake ]; then check_plugin; fi
done
exit $bad
