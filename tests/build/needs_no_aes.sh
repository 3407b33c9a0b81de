#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# needs_no_aes.sh OBJDUMP PROGRAM: Highway's NEON must be compiled with AES, which a Raspberry Pi 4 has not; nothing may
# use it, nor ask for it.
set -euo pipefail
count=$("$1" -d --no-show-raw-insn "$2" | grep -Ec $'\t(aes[a-z]*|pmull2?|sha[0-9]+[a-z0-9]*)\t' || true)
asked=$("$1" -t "$2" | grep -c SupportedTargets || true)
echo "instructions of the cryptographic extension: $count; places that ask Highway for the processor: $asked"
[ "$count" = 0 ] && [ "$asked" = 0 ]
