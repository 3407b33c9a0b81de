#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# configuration.sh SOURCE WORK-FOLDER BACKENDS [CMAKE-ARGUMENTS...]: built so, the library has these backends (names with spaces),
# and those that this machine runs compute the golden cases, and with newer headers the matrix. Where an argument is a folder of newer headers, they
# are fetched first; exit status 77 and a line where they cannot be had.
set -euo pipefail
source=$1 work=$2 backends=$3
shift 3
for argument in "$@"; do
  case $argument in *_PARENT=*/usr/include) folder=${argument#*=} && "$source/tests/build/newer_headers.sh" "${folder%/usr/include}" ;; esac
done
cmake -S "$source" -B "$work" -G Ninja --log-level=WARNING -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -DNDEBUG" "$@"
tests=(golden_board_first_test golden_board_second_test)
[ -z "${folder-}" ] || tests+=(matrix_test) # the others have the headers of the build that runs it
cmake --build "$work" --target "${tests[@]}" | tail -n 1
found=$(sed -n 's/^GLISSADE_BACKEND_ENTRY(\([a-z0-9_]*\),.*/\1/p' "$work/generated/glissade_backends.inc" | xargs)
echo "backends: $found"
[ "$found" = "$backends" ] || { echo "FAILED: not $backends"; exit 1; }
for test in "${tests[@]}"; do $(cat "$work/emulator") "$work/tests/$test"; done
