#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lint.sh BUILD: what cppcheck and clang-tidy say of the library's sources, as BUILD (with a compile database) compiles them.
set -euo pipefail
cd "${0%/*}/../.."
build=$1
run() { echo "+ $*" >&2 && "$@"; }
run tests/build/cppcheck.sh . "$build/generated"
printf '%s\n' $(find src -name '*.cpp') platform/boards/linux/file_*.cpp | run xargs -P "$(nproc)" -n 1 clang-tidy-19 -p "$build" --quiet
