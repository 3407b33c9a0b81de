#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# keep_memory.sh FILE QEMU -M BOARD ARGUMENTS...: QEMU with the board's largest RAM kept in FILE, as if it had a battery.
set -euo pipefail
file=$1 qemu=$2 board=$4
exec "$qemu" -M "$board,memory-backend=kept" -object "memory-backend-file,id=kept,size=16M,mem-path=${file//,/,,},share=on" "${@:5}"
