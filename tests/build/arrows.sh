#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# arrows.sh SOURCE: arrows between rooms go down only: who may include whom, as this table says, lowest rooms first. A list (.inc)
# is for all, and includes lists alone. Prints each arrow and how many includes it has.
set -euo pipefail
cd "$1"
table='
include/glissade           -
platform/cpu               include/glissade
src/numbers                include/glissade platform/cpu
src/backend                include/glissade platform/cpu
src/kernels                include/glissade platform/cpu src/numbers src/backend
src/optimizer              include/glissade platform/cpu src/numbers src/backend
src/training               include/glissade src/numbers src/backend
src/layers                 include/glissade src/numbers src/backend src/optimizer src/training
src/storage                include/glissade src/numbers src/backend src/optimizer src/training src/layers
platform/boards            include/glissade
platform/apps              include/glissade platform/boards bench
platform/packages          include/glissade platform/cpu src
'
git ls-files -- include src platform bench 2>/dev/null | grep -E '\.(h|hpp|c|cpp|inc|in|ino)$' | xargs grep -oHE '^ *# *include "[^"]+"' |
  awk -v table="$table" '
    function room(path, i) {
      for (i = 1; i <= rooms; ++i) if (index(path, name[i] "/") == 1) return name[i]
      return ""
    }
    BEGIN {
      FS = ":"
      rooms = 0
      lines = split(table, line, "\n")
      for (i = 1; i <= lines; ++i) {
        n = split(line[i], word, " ")
        if (n == 0) continue
        name[++rooms] = word[1]
        may[word[1], word[1]] = 1
        for (k = 2; k <= n; ++k) may[word[1], word[k]] = 1
      }
      while (("git ls-files -- include src platform bench" | getline path) > 0) known[path] = 1
    }
    {
      from = room($1)
      if (from == "") next
      target = $2
      sub(/^[^"]*"/, "", target)
      sub(/"$/, "", target)
      to = ""
      folder = $1
      sub(/[^\/]*$/, "", folder)
      if ((folder target) in known) to = folder target
      else for (i = split("include/ src/ platform/", root, " "); i > 0; --i) if ((root[i] target) in known) to = root[i] target
      while (sub(/[^\/]+\/\.\.\//, "", to)) {}
      if (to == "" && target ~ /\.\.\//) { to = folder target; while (sub(/[^\/]+\/\.\.\//, "", to)) {} }
      if (to == "") next  # made by CMake
      if (to ~ /\.inc$/ && from !~ /packages/) { ++arrows[from " -> lists"]; ++count; next }
      to = room(to) == "" ? (to ~ /^bench\// ? "bench" : to) : room(to)
      ++arrows[from " -> " to]
      if (!((from, to) in may) && !(from == "platform/packages" && to ~ /^src\//)) { print "FAILED: " $1 " includes " target; bad = 1 }
      ++count
    }
    END {
      for (a in arrows) print a ": " arrows[a] | "sort"
      close("sort")
      if (count == 0) { print "FAILED: no includes"; bad = 1 }
      exit bad
    }'
