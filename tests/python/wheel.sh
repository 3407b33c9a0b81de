#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# wheel.sh SOURCE LIBRARY WORK: the package as a wheel, built and installed without a network, in a folder of its own: it
# brings its library along, and takes a step.
set -euo pipefail
source=$1 library=$2 work=$3
python=/usr/bin/python3
"$python" -c 'import cffi, ensurepip, numpy, setuptools, wheel' 2>/dev/null || { echo "skipped: python3 has not all of cffi, numpy, setuptools, venv, wheel"; exit 77; }
rm -rf "$work"
mkdir -p "$work"
cp -r "$source/platform/packages/python" "$work/source"
"$python" -m venv --system-site-packages "$work/own"
cd "$work"
GLISSADE_LIBRARY=$library own/bin/pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir . ./source
wheel=$(echo glissade-*.whl)
version=$(sed -n 's/^project(glissade VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")
case $wheel in
  "glissade-$version-py3-none-"*.whl) ;;
  *) echo "FAILED: the wheel is $wheel"; exit 1 ;;
esac
own/bin/pip install --quiet --no-index --no-deps "$wheel"
unset PYTHONPATH GLISSADE_LIBRARY
own/bin/python -m glissade | tee told
grep -q "^library: $work/own/lib.*/glissade/libglissade.so" told || { echo "FAILED: another library"; exit 1; }
own/bin/python -c 'import numpy, glissade; glissade.Adam(numpy.zeros(3, numpy.float32)).step(numpy.ones(3, numpy.float32))'
