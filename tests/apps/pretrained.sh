#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# pretrained.sh PROGRAM HEADER OUTPUT [OPTIONS...]: pretraining gives the committed header again, on every backend.
set -euo pipefail
backends=$("$1" backends)
for backend in $(sed '/not supported/d; s/:.*//' <<<"$backends"); do
  GLISSADE_BACKEND=$backend "$1" pretrain --output "$3" "${@:4}"
  cmp "$3" "$2" && echo "$backend: the same header"
done
