#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# package.sh KIND FOLDER: writes the archive that a build system takes, glissade-<version>-KIND.zip, into the folder and prints its
# path. KIND: drop-in (the two files), zephyr, esp-idf, platformio or arduino.
set -euo pipefail
kind=$1 root=$(cd "${0%/*}/../../.." && pwd)
version=$(sed -n 's/^project(glissade VERSION \([0-9.]*\) .*/\1/p' "$root/CMakeLists.txt")
mkdir -p "$2"
folder=$(cd "$2" && pwd)
sources=. # where the two files belong
case $kind in
  drop-in | zephyr | esp-idf) ;;
  platformio | arduino) sources=src ;;
  *)
    echo "error: no package for \"$kind\"; there are drop-in, zephyr, esp-idf, platformio and arduino" >&2
    exit 2
    ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/glissade"
"$root/platform/packages/drop-in/make.sh" "$work/glissade/$sources"
cp "$root/LICENSE" "$work/glissade"
cp "$root/platform/packages/littlefs/glissade_littlefs.h" "$work/glissade/$sources"
if [ "$kind" != drop-in ]; then
  cp -r "$root/platform/packages/$kind/." "$work/glissade"
  sed -i "s/@VERSION@/$version/" "$work/glissade/README.md"
fi
sed -i 's|"glissade/glissade.h"|"glissade.h"|' $(find "$work/glissade" -name 'glissade_*.h')
[ "$kind" != platformio ] || cp -r "$root/platform/packages/arduino/examples" "$work/glissade"
archive=$folder/glissade-$version-$kind.zip
rm -f "$archive"
(cd "$work" && cmake -E tar cf "$archive" --format=zip glissade)
echo "$archive"
