#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# table.sh JSON [BACKEND]: medians of a run of steps_benchmark as a table: for each rule and size the backend's ns per weight, its share of the
# bound (the slower of limit_copy and limit_divide), and how many times as long each peer and backend takes; noise is said. With
# --tsv before JSON: the medians alone, "rule who weights ns".
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
backend=${2-}
medians "$1" | awk -F'\t' -v backend="$backend" '
  $1 == "cv" { ++rows; if ($5 > 0.05) ++noisy; if ($5 > most) { most = $5; worst = $2 "/" $3 "/" $4 }; next }
  { ns[$2, $3, $4] = $5; if (!(($2) in rule_seen)) { rule_seen[$2] = 1; rules[++rule_count] = $2 }
    if (!(($4) in size_seen)) { size_seen[$4] = 1; sizes[++size_count] = $4 + 0 }
    if (!(($3) in who_seen)) { who_seen[$3] = 1; whos[++who_count] = $3 } }
  function other(who) { return who != backend && who !~ /^limit_/ && who != backend "_guarded" && who !~ /_guarded$/ }
  END {
    if (backend == "") backend = "avx2" in who_seen ? "avx2" : whos[1]
    for (i = 2; i <= size_count; ++i) for (j = i; j > 1 && sizes[j] < sizes[j - 1]; --j) { t = sizes[j]; sizes[j] = sizes[j - 1]; sizes[j - 1] = t }
    printf "%s: ns per weight, its share of the bound, and the others in multiples of it\n", backend
    printf "%-10s %9s %8s %6s %8s", "rule", "weights", "ns", "bound", "guarded"
    for (k = 1; k <= who_count; ++k) if (other(whos[k])) { n = whos[k]; sub(/^peer_/, "", n); printf " %*s", (length(n) > 7 ? length(n) : 7), n }
    print ""
    for (r = 1; r <= rule_count; ++r) for (s = 1; s <= size_count; ++s) {
      x = rules[r]; z = sizes[s]
      if (!((x, backend, z) in ns) || !((x, "limit_copy", z) in ns) && z > 16) continue
      mine = ns[x, backend, z]; bound = ns[x, "limit_copy", z]
      if (ns[x, "limit_divide", 16384] > bound) bound = ns[x, "limit_divide", 16384]
      printf "%-10s %9d %8.3f %6s %8s", x, z, mine, (z > 16 && bound ? sprintf("%.2f", bound / mine) : ""), \
        ((x, backend "_guarded", z) in ns ? sprintf("%.2f", ns[x, backend "_guarded", z] / mine) : "")
      for (k = 1; k <= who_count; ++k) if (other(whos[k])) { n = whos[k]; sub(/^peer_/, "", n)
        printf " %*s", (length(n) > 7 ? length(n) : 7), ((x, whos[k], z) in ns ? sprintf("%.2f", ns[x, whos[k], z] / mine) : "") }
      print ""
    }
    if (rows) printf "%d of %d rows varied by more than 5 %% (coefficient of variation of their repetitions); the most: %s, %.0f %%\n", noisy, rows, worst, 100 * most
  }'
