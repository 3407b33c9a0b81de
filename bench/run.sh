#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [--quick] [--plot] [--torch] [--march ARCHITECTURE] [OPTIONS]: times steps and layers on this machine beside peers
# and the processor's limits, and prints tables; all that was measured is in build/bench.json.
#   --quick   under a minute, with a few sizes
#   --plot    draws the README's pictures
#   --torch   beside libtorch too
#   --march   what peers are compiled for: x86-64-v3, say, as on a machine with AVX2 and no more
# OPTIONS, the first of which begins with --benchmark, are Google Benchmark's.
set -euo pipefail
cd "${0%/*}/.."
run() { echo "+ $*" >&2 && "$@"; }
options=(--benchmark_min_time=0.02 --benchmark_repetitions=9) plot=no torch=OFF march=native
while [ $# -gt 0 ] && [[ $1 != --benchmark* ]]; do
  case $1 in
    --quick) options=(--benchmark_min_time=0.002 --benchmark_repetitions=3 "--benchmark_filter=/(1|16|64|1024|16384)$") ;;
    --plot) plot=yes ;;
    --torch) torch=ON ;;
    --march) march=${2-} && shift ;;
    *) echo "error: ./dev bench has no $1" >&2; exit 2 ;;
  esac
  shift
done
run cmake --preset gcc --log-level=WARNING -DGLISSADE_BENCH_TORCH=$torch -DGLISSADE_BENCH_MARCH="$march" >/dev/null
run cmake --build build/gcc --target steps_benchmark
run build/gcc/bench/steps_benchmark "${options[@]}" --benchmark_enable_random_interleaving=true \
  --benchmark_report_aggregates_only=true --benchmark_out=build/bench.json --benchmark_out_format=json "$@" >/dev/null
bench/table.sh build/bench.json
[ $plot = no ] || run bench/plot.sh build/bench.json bench/pictures
