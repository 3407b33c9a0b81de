#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# with_torch.sh SOURCES LIBRARY FOLDER: the Python package's tests beside PyTorch 2.6.0, Debian 13's, in a folder of its own: 1.6 GB and
# some minutes the first time. Then what a step takes beside PyTorch's (overhead.py). As root. /proc and /sys must be there: without them PyTorch finds no AVX2, and its bits are others.
set -euo pipefail
sources=$(realpath "$1") library=$(realpath "$2") folder=$(realpath -m "$3")
[ "$(id -u)" = 0 ] || { echo "error: run this as root: it makes a Debian in $folder" >&2; exit 1; }
if [ ! -e "$folder/done" ]; then
  debootstrap --variant=minbase trixie "$folder" >/dev/null
  chroot "$folder" sh -c 'apt-get update -q && apt-get install -qy --no-install-recommends python3-torch python3-numpy python3-cffi' >/dev/null
  touch "$folder/done"
fi
rm -rf "$folder/glissade"
mkdir -p "$folder/glissade/package"
cp -r "$sources/platform/packages/python/src/." "$folder/glissade/package"
cp -r "$sources/tests/python" "$sources/tests/golden" "$folder/glissade/"
cp -L "$library" "$folder/glissade/libglissade.so"
unshare -m sh -c 'mount -t proc proc "$0/proc" && mount --bind /sys "$0/sys" && exec chroot "$0" "$@"' "$folder" \
  env GLISSADE_LIBRARY=/glissade/libglissade.so PYTHONPATH=/glissade/package PYTHONDONTWRITEBYTECODE=1 \
  sh -c 'cd /glissade/python && python3 -m unittest -v test_torch && python3 overhead.py'
