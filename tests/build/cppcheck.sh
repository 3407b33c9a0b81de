#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cppcheck.sh SOURCE GENERATED: the library's sources are clean but for what tests/build/cppcheck.txt names. 77 where there is no cppcheck.
set -euo pipefail
command -v cppcheck >/dev/null || { echo "skipped: cppcheck is not installed"; exit 77; }
cd "$1"
cppcheck --enable=warning,style,performance,portability --error-exitcode=1 --std=c++17 --language=c++ --quiet \
  --suppressions-list=tests/build/cppcheck.txt -D__GNUC__=12 -DGLISSADE_ONLY_BACKEND=scalar -DGLISSADE_ONLY_FLUSHES=0 -Iinclude -Isrc -Iplatform "-I$2" $(find src -name '*.cpp')
