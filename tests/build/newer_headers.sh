#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# newer_headers.sh FOLDER: the headers of Debian 13's Highway and xsimd below FOLDER/usr/include, or exit status 77 and the
# reason. Both libraries are headers only as far as the backends go, so that this machine's compilers can take them.
set -uo pipefail
folder=$1
skip() {
  echo "skipped: $1"
  exit 77
}
[ ! -e "$folder/usr/include/hwy/highway.h" ] || [ ! -e "$folder/usr/include/xsimd/xsimd.hpp" ] || exit 0
command -v apt-get >/dev/null || skip "no apt here that could bring Debian 13's packages"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e $keyring ] || skip "no $keyring (Debian's debian-archive-keyring)"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -1)
[ -n "$mirror" ] || skip "apt names no Debian mirror"
mkdir -p "$folder"/{lists/partial,cache/archives/partial,parts}
cd "$folder"
echo "deb [signed-by=$keyring] $mirror trixie main" >sources.list
apt=(apt-get -q -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts="$PWD/parts" -o Dir::State::Lists="$PWD/lists"
  -o Dir::Cache="$PWD/cache" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root -o Acquire::Languages=none
  -o Acquire::http::Timeout=20 -o Acquire::Retries=1 -o APT::Get::List-Cleanup=0)
"${apt[@]}" update || skip "Debian 13's package lists cannot be had"
"${apt[@]}" download libhwy-dev libxsimd-dev || skip "Debian 13's libhwy-dev and libxsimd-dev cannot be had"
for package in *.deb; do dpkg -x "$package" .; done
[ -e usr/include/hwy/highway.h ] && [ -e usr/include/xsimd/xsimd.hpp ] || skip "the packages hold no headers"
