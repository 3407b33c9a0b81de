# SPDX-License-Identifier: Apache-2.0
# For scripts that try a program as a user types it, to be read by them: an empty folder $work to be in, and failures that are
# counted, not the end.
rm -rf "$work"
mkdir -p "$work"
cd "$work"
failures=0
fail() {
  echo "FAILED: $*"
  failures=1
}
