#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# draw.sh PROGRAM: the pictures of this folder again, by the host program.
set -euo pipefail
program=$1 here=${0%/*}
run() { echo "+ $*" >&2 && "$@"; }
run "$program" trajectory -o "$here/ellipse.svg"
run "$program" compare --bytes -o "$here/bytes.svg" --rule momentum --rule lion --rule rmsprop --rule adam
run "$program" compare -o "$here/compare.svg" --rule sgd --rule momentum --rule adagrad --rule rmsprop --rule adam --rule lion
