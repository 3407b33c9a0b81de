#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# analyzer.sh SOURCE GENERATED: GCC's -fanalyzer finds nothing in the library, nor in the C files that are ours. 77 where there is no GCC.
set -euo pipefail
command -v g++ >/dev/null && command -v gcc >/dev/null || { echo "skipped: GCC is not installed"; exit 77; }
cd "$1"
flags=(-O1 -fanalyzer -Werror -Iinclude -Isrc -Iplatform "-I$2" -Iplatform/packages/littlefs -Iplatform/packages/zephyr
  -Itests/support/littlefs -Itests/support/zephyr -DGLISSADE_BACKEND=scalar '-DGLISSADE_LANES="cpu/simd/lanes_scalar.hpp"'
  -DGLISSADE_FLUSHES=0 -DGLISSADE_ONLY_BACKEND=scalar -DGLISSADE_ONLY_FLUSHES=0 -DGLISSADE_QEMU_PLUGIN_API=1 -c -o /dev/null)
find src -name '*.cpp' -print0 | xargs -0 -P "$(nproc)" -n 1 g++ -std=c++17 -ffreestanding -fno-exceptions -fno-rtti "${flags[@]}"
printf '%s\0' platform/boards/memory.c platform/boards/cortex-m/qemu_counter.c tests/storage/glue.c tests/build/consumer/*.c |
  xargs -0 -n 1 gcc -std=gnu99 "${flags[@]}"
