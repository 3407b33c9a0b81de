#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# plot.sh JSON FOLDER [BACKEND]: draws from a run of steps_benchmark: steps_roofline.svg, Adam's ns per weight over the number of weights for
# all who were measured; steps_ratios.svg, how many times as long as the backend each peer takes, at 1,024 weights.
set -euo pipefail
json=$1 folder=$2 backend=${3:-avx2}
processor=$(sed -n 's/^model name[ \t]*: //p' /proc/cpuinfo | head -n 1)
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
"${0%/*}/table.sh" --tsv "$json" | sort >"$data/all" # runs are interleaved at random
mkdir -p "$folder"
whos=$(awk '$1 == "adam" && ($3 == 64 || $3 == 16777216) && ++seen[$2] == 2 { print $2 }' "$data/all" | sort) # measured from end to end
for who in $whos; do awk -v who="$who" '$1 == "adam" && $2 == who && $3 >= 64 { print $3, $4 }' "$data/all" | sort -n >"$data/$who"; done
divide=$(awk '$1 == "adam" && $2 == "limit_divide" { print $4 }' "$data/all")
{
  echo "set terminal svg size 900,560 font 'sans-serif,13' background 'white'"
  echo "set output '$folder/steps_roofline.svg'"
  echo "set title \"A step of Adam, one thread, on ${processor:-this processor}\" noenhanced"
  echo "set logscale xy; set xlabel 'weights'; set ylabel 'ns per weight'; set grid; set key outside right noenhanced"
  echo "set xtics (64, 256, '1 K' 1024, '4 K' 4096, '16 K' 16384, '64 K' 65536, '256 K' 262144, '1 M' 1048576, '4 M' 4194304, '16 M' 16777216)"
  echo "set xrange [64:16777216]"
  printf "plot %s with lines dashtype 3 linecolor 'black' title 'limit_divide'" "$divide"
  for who in $whos; do
    style="with linespoints pointtype 7 pointsize 0.4 linewidth $([[ $who == peer_* || $who == limit_* ]] && echo 1 || echo 2)"
    [[ $who != limit_copy ]] || style="with lines dashtype 2 linecolor 'black'"
    printf ", '%s' %s title '%s'" "$data/$who" "$style" "$who"
  done
  echo
} | gnuplot
awk -v backend="$backend" '$3 == 1024 { ns[$1, $2] = $4; if (!seen[$1]++) rules[++n] = $1; if ($2 ~ /^peer_/ && !peer[$2]++) peers[++p] = $2 }
  END { printf "rule"; for (k = 1; k <= p; ++k) printf " %s", peers[k]; print ""
        for (r = 1; r <= n; ++r) { any = 0; line = rules[r]; for (k = 1; k <= p; ++k) { v = ns[rules[r], peers[k]]; any += v > 0; line = line " " (v > 0 ? v / ns[rules[r], backend] : "0") }
          if (any) print line } }' "$data/all" >"$data/ratios"
gnuplot <<GNUPLOT
set terminal svg size 900,480 font 'sans-serif,13' background 'white'
set output '$folder/steps_ratios.svg'
set title "Time of others over that of $backend, 1,024 weights, on ${processor:-this processor}" noenhanced
set style data histograms; set style histogram clustered gap 1; set style fill solid 0.8 border -1
set xtics rotate by -30
set logscale y; set yrange [0.5:60]; set ytics (0.5, 1, 2, 5, 10, 20, 50); set grid y; set ylabel 'times as long'; set key outside right noenhanced
columns = $(awk 'NR == 1 { print NF }' "$data/ratios")
set arrow from graph 0, first 1 to graph 1, first 1 nohead linewidth 2
plot for [i = 2:columns] '$data/ratios' using i:xtic(1) title columnheader(i)
GNUPLOT
