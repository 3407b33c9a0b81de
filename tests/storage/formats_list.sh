#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# formats_list.sh SOURCES: tests/data/formats/README.md lists every format that the sources know, and every file there.
set -euo pipefail
cd "$1"
formats=tests/data/formats

# Rows that begin with a format, `"GLS1"` say: the format, and each file in backquotes in the last column.
rows=$(awk -F '|' '$2 ~ /^ `"GLS/ { print $2 "\t" $5 "\t" $6 }' $formats/README.md)
listed=$(cut -f 1 <<<"$rows" | tr -d ' `"' | sort)
files=$(cut -f 3 <<<"$rows" | grep -o '`[^`]*`' | tr -d '`' | sort)
headers=$(cut -f 2 <<<"$rows" | grep -o '`[^`]*`' | tr -d '`')

# In the sources a format is a number, 0x..534c47 (its four bytes, the last one first), or a text.
known=$(
  {
    grep -rhoiE '0x[0-9a-f]{2}534c47' include src platform | while read -r number; do
      last=$((16#${number:2:2}))
      if ((last >= 48 && last <= 57)); then printf 'GLS%d\n' $((last - 48)); else printf 'GLS\\%d\n' "$last"; fi
    done
    grep -rhoE '"GLS(\\[0-9]+|[0-9])' include src platform | tr -d '"'
  } | sort -u
)

fail() {
  echo "FAILED: $*"
  exit 1
}
echo "formats:" $listed
echo "files:" $files
[ "$(uniq -d <<<"$listed")" = "" ] || fail "a format is listed twice"
[ "$listed" = "$known" ] || fail "the sources know:" $known
[ "$files" = "$(cd $formats && ls -- *.bin | sort)" ] || fail "there are:" $formats/*.bin
for header in $headers; do [ -e "include/glissade/$header" ] || fail "there is no include/glissade/$header"; done
awk -F '\t' '$3 !~ /`/ { bad = 1 } END { exit bad }' <<<"$rows" || fail "a format has no file"
