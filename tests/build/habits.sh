#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# habits.sh SOURCES: what a public project has beside its code fits the code. Every preset is a job at both forges, and a job
# is `./dev test PRESET`; YAML files are clean; every relative link in a Markdown file leads to a file and a heading that are
# there.
set -euo pipefail
cd "$1"
github=.github/workflows/test.yml gitlab=.gitlab-ci.yml
bad=0
fail() {
  echo "FAILED: $*"
  bad=1
}

# All presets but coverage, which measures the tests (./dev coverage).
presets=$(cmake --list-presets=configure | sed -n 's/^ *"\([^"]*\)".*/\1/p' | grep -vx coverage | sort)
for file in $github $gitlab; do
  jobs=$(sed -n 's/^ *- \([a-z0-9-]*\)$/\1/p' $file | sort)
  difference=$(diff <(echo "$presets") <(echo "$jobs")) || fail "$file: presets (<) and jobs (>) differ:"$'\n'"$difference"
done

# Under pipefail a reader that stops early now and then fails its writer: grep without -q reads to the end.
early=$(grep -rnE '[^|]\| *grep -[a-zA-Z]*q' --include='*.sh' tests platform bench dev || true)
[ -z "$early" ] || fail "a pipe into grep -q:"$'\n'"$early"

# Presets of version 3 need CMake 3.21, of version 4 more than the project does.
grep -q '^cmake_minimum_required(VERSION 3.22)' CMakeLists.txt && grep -q '^  "version": 3,' CMakePresets.json ||
  fail "CMakePresets.json and CMakeLists.txt need different versions of CMake"

# The jobs of a file are one, by a matrix; what it does stands at the end of the file: the first of these lines and those
# behind it. No other line begins with one of the words.
does() { # file, words, lines
  [ "$(sed -n "\|^${3%%$'\n'*}|,\$p" "$1")" = "$3" ] || fail "$1 does not end with:"$'\n'"$3"
  [ "$(grep -cE "^[ -]*($2):" "$1")" = "$(grep -cE "^[ -]*($2):" <<<"$3")" ] || fail "$1 does more than ./dev test PRESET"
}
does $github 'uses|run|steps' '    steps:
      - uses: actions/checkout@v4
      - run: ./dev test ${{ matrix.preset }}'
does $gitlab '.*script|include|extends' '  script:
    - ./dev test $PRESET'

yamllint --strict .github .gitlab-ci.yml .clangd || fail "yamllint"

# A file's headings as forges name them, and its links; fenced blocks and code in backquotes hold neither.
text_of() { sed '/^ *```/,/^ *```/d' "$1"; }
headings_of() { text_of "$1" | sed -n 's/^#\+ //p' | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9_\n-'; }
links_of() { text_of "$1" | sed 's/`[^`]*`//g' | grep -oE '\]\([^) ]+' | sed 's/^..//' || true; }
links=0
while read -r page; do
  while read -r link; do
    [[ $link =~ ^(https?:|mailto:) ]] && continue
    links=$((links + 1))
    file=${link%%#*} heading=
    [[ $link != *#* ]] || heading=${link#*#}
    target=${page%/*}/$file
    [ -n "$file" ] || target=$page
    if [[ $file == /* ]] || ! [ -e "$target" ]; then
      fail "$page: there is no $link"
    elif [ -n "$heading" ] && ! grep -qx -- "$heading" < <(headings_of "$target"); then
      fail "$page: $link is no heading"
    fi
  done < <(links_of "$page")
done < <(find . -name .git -prune -o -path ./build -prune -o -name '*.md' -print)
# What a script names beside itself (its own folder is ${0%/*} or $here) and what ./dev runs.
scripts=0
while IFS=: read -r script named; do
  scripts=$((scripts + 1))
  [ "$script" != dev ] || named=./$named
  [ -e "$(sed "s|\${0%/\*}|${script%/*}|; s|\$here|${script%/*}|" <<<"$named")" ] || fail "$script: there is no $named"
done < <(
  find tests platform bench -name '*.sh' -exec grep -oHE '(\$\{0%/\*\}|\$here)/[A-Za-z0-9_./-]+\.(sh|awk|txt|inc)' {} +
  grep -oE '(tests|platform|bench)/[a-z_/.-]+\.(sh|txt|hpp)' dev | sed 's/^/dev:/'
)
echo "$(wc -w <<<"$presets") presets, $links links, $scripts files named by scripts"
[ "$scripts" -gt 0 ] || fail "no script names another"
[ "$links" -gt 0 ] || fail "no link was found"
exit $bad
