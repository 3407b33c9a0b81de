#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# table.sh JSON [BACKEND]: medians of a run of steps_benchmark as tables: for each rule and size the backend's ns per weight, its share of
# the limit (the slower of limit_copy and limit_divide), and how many times as long each peer and backend takes; what a step costs in other
# ways; short steps; layers; noise is said. With --tsv before JSON: the medians alone, "rule who weights ns".
set -euo pipefail
medians() { # JSON
  jq -r '.benchmarks[] | select(.aggregate_name == "median" or .aggregate_name == "cv") |
    (.run_name | split("/")) as $name | [.aggregate_name, $name[0], $name[1], $name[2],
    (if .aggregate_name == "cv" then .cpu_time else .per_weight * 1e9 end)] | @tsv' "$1"
}
if [ "$1" = --tsv ]; then
  medians "$2" | awk -F'\t' '$1 == "median" { print $2, $3, $4, $5 }'
  exit
fi
medians "$1" | awk -F'\t' -v backend="${2-}" '
  $1 == "cv" { ++rows; if ($5 > 0.05) ++noisy; if ($5 > most) { most = $5; worst = $2 "/" $3 "/" $4 }; next }
  { ns[$2, $3, $4] = $5; if (!(($2) in rule_seen)) { rule_seen[$2] = 1; rules[++rule_count] = $2 }
    if (!(($4) in size_seen)) { size_seen[$4] = 1; sizes[++size_count] = $4 + 0 }
    if (!(($3) in who_seen)) { who_seen[$3] = 1; whos[++who_count] = $3 } }
  function main_table(who) { return who != backend && who !~ /^limit_|_(guarded|unaligned|aliased|subnormal|flushing|bfloat16|8bit|fused|two_steps|threads)$/ }
  function short_name(who) { sub(/^peer_/, "", who); return who }
  function times(x, who, z, mine) { return (x, who, z) in ns ? sprintf("%.2f", ns[x, who, z] / mine) : "" }
  function cell(text, name) { printf " %*s", (length(name) > 7 ? length(name) : 7), text }
  function others(x, z, mine,   k) { for (k = 1; k <= who_count; ++k) if (main_table(whos[k])) cell(times(x, whos[k], z, mine), short_name(whos[k])); print "" }
  function head(   k) { for (k = 1; k <= who_count; ++k) if (main_table(whos[k])) cell(short_name(whos[k]), short_name(whos[k])); print "" }
  END {
    if (backend == "") backend = "avx2" in who_seen ? "avx2" : whos[1]
    for (i = 2; i <= size_count; ++i) for (j = i; j > 1 && sizes[j] < sizes[j - 1]; --j) { t = sizes[j]; sizes[j] = sizes[j - 1]; sizes[j - 1] = t }
    printf "%s: ns per weight, its share of the limit, and the others in multiples of it\n%-10s %9s %8s %6s", backend, "rule", "weights", "ns", "limit"
    head()
    for (r = 1; r <= rule_count; ++r) for (s = 1; s <= size_count; ++s) {
      x = rules[r]; z = sizes[s]
      if (!((x, backend, z) in ns) || !((x, "limit_copy", z) in ns)) continue
      mine = ns[x, backend, z]; limit = ns[x, "limit_copy", z]
      if (ns[x, "limit_divide", 16384] > limit) limit = ns[x, "limit_divide", 16384]
      printf "%-10s %9d %8.3f %6.2f", x, z, mine, limit / mine
      others(x, z, mine)
    }
    printf "\n%s in other ways, in multiples of its step; a layer gradient and a guarded step on it, by way of a buffer and fused\n", backend
    ways = split("guarded unaligned aliased subnormal flushing bfloat16 8bit all_bfloat16 two_steps fused", way, " ")
    printf "%-10s %9s", "rule", "weights"
    for (k = 1; k <= ways; ++k) cell(way[k], way[k])
    print "  buffer / fused"
    for (r = 1; r <= rule_count; ++r) for (s = 1; s <= size_count; ++s) {
      x = rules[r]; z = sizes[s]; any = 0
      for (k = 1; k <= ways; ++k) any += (x, backend "_" way[k], z) in ns
      if (!any || !((x, backend, z) in ns)) continue
      printf "%-10s %9d", x, z
      for (k = 1; k <= ways; ++k) cell(times(x, backend "_" way[k], z, ns[x, backend, z]), way[k])
      print (x, backend "_fused", z) in ns ? sprintf("  %14.2f", ns[x, backend "_two_steps", z] / ns[x, backend "_fused", z]) : ""
    }
    x = "adam"
    if ((x, backend, 1) in ns) printf "\nA step of 1 weight takes %.1f ns, of 16 weights %.1f ns.\n", ns[x, backend, 1], 16 * ns[x, backend, 16]
    if ((x, backend, 1039) in ns) for (k = 1; k <= 15; k = 2 * k + (k == 1 ? 5 : 1))
      printf "A rest of %d weights behind 1024 takes %.1f ns; %d steps of scalar take %.1f.\n", k, \
        (1024 + k) * ns[x, backend, 1024 + k] - 1024 * ns[x, backend, 1024], k, k * ns[x, "scalar", 1024]
    for (r = 1; r <= rule_count; ++r) { x = rules[r]; z = sizes[size_count]
      if ((x, "two_threads", z) in ns) {
        printf "%s of %d weights on two threads, in multiples of %s on one: %s, guarded %s; limit_copy in multiples of itself: %.2f\n", \
          x, z, backend, times(x, "two_threads", z, ns[x, backend, z]), times(x, "two_threads_guarded", z, ns[x, backend, z]), ns[x, "limit_copy_two_threads", z] / ns[x, "limit_copy", z]
        if ((x, "two_threads_8bit", z) in ns) printf "the same with slots in bfloat16 and in 8 bits, in multiples of floats on two threads: %s, %s\n", \
          times(x, "two_threads_bfloat16", z, ns[x, "two_threads", z]), times(x, "two_threads_8bit", z, ns[x, "two_threads", z]) } }
    if (("dense_forward_1", backend, 16) in ns) {
      printf "\nLayers of n x n, %s: ns per weight and sample, and the others in multiples of it\n%-18s %5s %8s", backend, "layer, samples", "n", "ns"
      head()
      for (r = 1; r <= rule_count; ++r) if (rules[r] ~ /^dense_/) for (s = 1; s <= size_count; ++s) {
        x = rules[r]; z = sizes[s]
        if (!((x, backend, z) in ns)) continue
        printf "%-18s %5d %8.4f", x, z, ns[x, backend, z]
        others(x, z, ns[x, backend, z])
      }
    }
    x = "demo_step"; z = 683
    if ((x, backend, z) in ns) { printf "%-18s %5d %8.4f", x, z, ns[x, backend, z]; others(x, z, ns[x, backend, z]) }
    if (rows) printf "\n%d of %d rows varied by more than 5 %% (coefficient of variation of their repetitions); the most: %s, %.0f %%\n", noisy, rows, worst, 100 * most
  }'
