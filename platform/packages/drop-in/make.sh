#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make.sh FOLDER: writes glissade.h and glissade.cpp there.
set -euo pipefail
root=$(cd "${0%/*}/../../.." && pwd)
version=$(sed -n 's/^project(glissade VERSION \([0-9.]*\) .*/\1/p' "$root/CMakeLists.txt")
mkdir -p "$1"
make_one() { # file, awk arguments...
  awk -v root="$root" -v version="$version" "${@:2}" -f "$root/platform/packages/drop-in/amalgamate.awk" "$root/platform/packages/drop-in/$1.in" >"$folder/$1"
}
folder=$1
make_one glissade.h
make_one glissade.cpp -v leave_out=glissade/
