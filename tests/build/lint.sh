#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lint.sh BUILD library|programs: what clang-tidy says of the library, or of what stands beside it, as BUILD (with a compile
# database, by clang) compiles them. 77 where there is no clang-tidy.
set -euo pipefail
command -v clang-tidy-19 >/dev/null || { echo "skipped: clang-tidy-19 is not installed"; exit 77; }
cd "${0%/*}/../.."
build=$1
tidy() { xargs -P "$(nproc)" -n 1 clang-tidy-19 --quiet -p "$build" "$@"; }
if [ "$2" = library ]; then
  find src platform/boards/linux -name '*.cpp' | sort | tidy
else
  find platform/apps platform/boards/console.cpp -name '*.cpp' | sort | tidy
fi
