#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh SOURCES LIBRARY: the Python package's tests, from its source folder, with the system's Python.
set -euo pipefail
python=/usr/bin/python3
"$python" -c 'import cffi, numpy' 2>/dev/null || { echo "skipped: $python has no cffi or no numpy"; exit 77; }
export PYTHONPATH=$1/platform/packages/python/src GLISSADE_LIBRARY=$2 PYTHONDONTWRITEBYTECODE=1
unset GLISSADE_BACKEND
cd "$1/tests/python"
exec "$python" -W error -m unittest
