#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# nothing_hidden.sh NM OBJDUMP LIBRARY EXPECTED: what a library needs and hides, read off its symbols.
# EXPECTED lists the symbols it leaves undefined; lines that start with "variable" name its writable globals.
# platform/cpu/hosted.cpp, which asks a hosted machine for its processor, is not part of the core and left out.
set -euo pipefail
nm=$1 objdump=$2 library=$3 expected=$4
failures=0
fail() {
  echo "FAILED: $*"
  failures=1
}

symbols=$("$nm" -A -C "$library" | sed 's/^[^:]*:\([^:]*\):[0-9a-f ]* \([A-Za-z]\) /\1\t\2\t/' | grep -v '^hosted\.cpp')
[ -n "$symbols" ] || fail "no symbols in $library"

undefined=$(comm -23 <(awk -F'\t' '$2 == "U" {print $3}' <<<"$symbols" | sort -u) \
  <(awk -F'\t' '$2 != "U" {print $3}' <<<"$symbols" | sort -u) | grep -v -e '^_GLOBAL_OFFSET_TABLE_$' -e '^glissade::' || true)
echo "Symbols the core leaves undefined:" $undefined
diff <(grep -v -e '^variable' -e '^not told' "$expected" || true) <(printf '%s' "${undefined:+$undefined
}") || fail "the undefined symbols are not those of $expected"

# Nor does what asks the machine need a C++ library: a C program links with the C compiler.
if "$nm" -A "$library" | sed -n 's/.*hosted\.cpp.* U //p' | grep -E '^_Z|^__(cxa|gxx)'; then fail "hosted.cpp needs a C++ library"; fi

variables=$("$objdump" -tC "$library" | awk '
  /file format/ { skip = /hosted\.cpp/ }
  !skip && match($0, / (\.s?data|\.s?bss|\*COM\*)[^ \t]*\t/) && !/ \.data\.rel\.ro/ && !/ d  / {
    sub(/^.*\t[0-9a-f]+ +(0x[0-9a-f]+ |\.hidden )?/, ""); if (!/^\$/) print "variable " $0 }')
[[ $("$objdump" -h "$library") != *'file format wasm'* ]] || variables="not told by this format"
echo "Writable globals: ${variables:-none}"
diff <(grep -e '^variable' -e '^not told' "$expected" || true) <(printf '%s' "${variables:+$variables
}") || fail "the writable globals are not those of $expected"

# Inline functions that one backend's flags could leak into another: only those named after their own backend may be.
weak=$(awk -F'\t' '$1 ~ /^kernels/ && $2 ~ /^[WVwvu]$/ {print $3}' <<<"$symbols" | sort -u)
echo "Weak symbols of the backends: ${weak:-none}"
[ -z "$weak" ] || fail "a backend leaks weak symbols"

# With one of them, dlclose() does not unload a plugin that holds the library. Of all objects, hosted.cpp too.
if "$nm" -A -C "$library" 2>/dev/null | grep ' u '; then fail "unique in a process"; fi

if "$objdump" -h "$library" | grep -E '\.(init_array|ctors|preinit_array)'; then fail "a static constructor"; fi
exit $failures
