#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# file_calls.sh NM LIBRARY TEST: the test lets every call of the system fail that a file as flash makes. Those that cannot fail
# are named here.
set -euo pipefail
cannot_fail='getpid memcpy memset strrchr __errno_location __stack_chk_fail'
calls=$("$1" -u "$2" | sed -n 's/^ *U //p' | grep -v '^_GLOBAL_OFFSET_TABLE_$\|^gls_' | sed 's/64$//' | sort -u |
  grep -vxF -f <(tr ' ' '\n' <<<"$cannot_fail"))
tested=$(sed -n 's/^  CALL(\([a-z_]*\),.*/\1/p' "$3" | sort)
echo "calls that may fail:" $calls
diff <(echo "$calls") <(echo "$tested") || { echo "FAILED: the library's calls (<) are not those of the test (>)"; exit 1; }
