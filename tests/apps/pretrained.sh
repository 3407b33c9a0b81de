#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# pretrained.sh PROGRAM HEADER OUTPUT: pretraining gives the committed header again, on every backend.
set -euo pipefail
for backend in $("$1" backends | sed '/not supported/d; s/:.*//'); do
  GLISSADE_BACKEND=$backend "$1" pretrain --output "$3"
  cmp "$3" "$2" && echo "$backend: the same header"
done
