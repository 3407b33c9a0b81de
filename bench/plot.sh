#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# plot.sh JSON FOLDER [BACKEND] [PROCESSOR]: draws adam.svg from a run of steps_benchmark: ns per weight of a step of Adam
# over the number of weights, as lines named at their ends: the backend, the limit (the slower of limit_copy and
# limit_divide), the plain loop, and what the run has of Eigen and libtorch. Colours differ in grey too, and so do dashes.
set -euo pipefail
json=$1 folder=$2 backend=${3:-avx2}
processor=${4:-$(sed -n 's/^model name[ \t]*: //p' /proc/cpuinfo | head -n 1)}
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
mkdir -p "$folder"
"${0%/*}/table.sh" --tsv "$json" | awk '$1 == "adam" { print $2, $3, $4 }' | sort -k 1,1 -k 2,2n >"$data/adam"

# File, style and name of each line, those behind first; then where the names stand: at the lines' ends, but apart.
while IFS='|' read -r who style name; do
  case $who in
    limit) awk '$1 == "limit_divide" { divide = $3 } $1 == "limit_copy" { copy[$2] = $3 }
      END { for (n in copy) print n, (copy[n] > divide ? copy[n] : divide) }' "$data/adam" ;;
    *) awk -v who="$who" '$1 == who && $2 >= 64 && $2 % 64 == 0 { print $2, $3 }' "$data/adam" ;;
  esac | sort -n >"$data/$who"
  [ ! -s "$data/$who" ] || echo "$(tail -n 1 "$data/$who")|$who|$style|$name"
done >"$data/lines" <<LINES
peer_libtorch|linewidth 2 dashtype 1 linecolor '#a63603'|PyTorch
peer_plain_O2|linewidth 2 dashtype '-' linecolor '#4d9221'|plain loop, -O2
peer_eigen|linewidth 2 dashtype '-.' linecolor '#e08214'|Eigen, -O3
limit|linewidth 2 dashtype (2, 3) linecolor '#000000'|the limit
$backend|linewidth 4 dashtype 1 linecolor '#2166ac'|Glissade ($backend)
LINES
top=$(cut -d'|' -f 2 "$data/lines" | sed "s|^|$data/|" | xargs awk '$2 > most { most = $2 }
  END { top = 1; while (top < most) top *= 10; print top }')
line=$(awk -v top="$top" 'BEGIN { print (top / 0.2) ^ (1 / 22) }') # the ratio of two values that are a line of text apart
{
  echo "set terminal svg size 800,500 font 'sans-serif,15' background 'white'"
  echo "set output '$folder/adam.svg'"
  echo "set title \"A step of Adam, one thread, on $processor\" noenhanced"
  echo "set logscale xy; set xlabel 'weights'; set ylabel 'nanoseconds per weight'; set grid linecolor '#dddddd'; unset key"
  echo "set xtics (64, 256, '1 K' 1024, '4 K' 4096, '16 K' 16384, '64 K' 65536, '256 K' 262144, '1 M' 1048576, '4 M' 4194304, '16 M' 16777216)"
  echo "set xrange [64:16777216]; set yrange [0.2:$top]; set format y '%g'; set rmargin 19"
  sort -t ' ' -k 2,2g "$data/lines" | awk -F'|' -v line="$line" '{
    split($1, end, " "); y = end[2]; if (y < line * last) y = line * last; last = y
    color = $3; sub(/.*linecolor /, "", color)
    printf "set label \"%s\" at first %s, %s offset 1, 0 textcolor rgb %s noenhanced\n", $4, end[1], y, color }'
  awk -F'|' -v data="$data" '{ printf "%s \"%s/%s\" with linespoints pointtype 7 pointsize 0.4 %s title \"%s\"",
      NR == 1 ? "plot" : ",", data, $2, $3, $4 }
    END { print "" }' "$data/lines"
} | gnuplot
