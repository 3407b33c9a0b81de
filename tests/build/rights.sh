#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# rights.sh PROGRAM WORK-FOLDER: a program with more rights than its caller chooses its backend by itself, whatever the
# caller's GLISSADE_BACKEND says. 77 and a line where such a program cannot be made.
set -euo pipefail
skip() {
  echo "skipped: $1"
  exit 77
}
[ "$(id -u)" = 0 ] || skip "only root can give a program to another user here"
grep -q '^NoNewPrivs:.*0' /proc/self/status || skip "no program gets more rights here"
[[ $(findmnt -no OPTIONS -T "${2%/*}") != *nosuid* ]] || skip "this file system gives no rights"
rm -rf "$2" && mkdir -p "$2"
cp "$1" "$2/program"
[ "$(GLISSADE_BACKEND=scalar "$2/program" backends | grep active)" = "scalar: active" ]
[ "$("$2/program" backends | grep active)" != "scalar: active" ] || skip "this machine has no backend but scalar"
chown nobody "$2/program"
chmod u+s "$2/program"
[ "$(GLISSADE_BACKEND=scalar "$2/program" backends | grep active)" = "$("$2/program" backends | grep active)" ] ||
  { echo "FAILED: a set-user-ID program obeys its caller's environment"; exit 1; }
GLISSADE_BACKEND=nowhere "$2/program" backends
