#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# head_log.sh PROGRAM WORK-FOLDER CRC CKSUM: the log of the demo's second job is the same on every backend (and, by its cksum, on
# the boards: demo.sh), replays to this CRC, and no line of it can be changed, left out or written wrongly without being found.
set -euo pipefail
program=$1 work=$2 crc=$3 sum=$4
readme=$(cd "${0%/*}/../../platform/apps/tool" && pwd)/README.md
. "${0%/*}/work.sh"
backends=$("$program" backends)
for backend in $(sed '/not supported/d; s/:.*//' <<<"$backends"); do
  GLISSADE_BACKEND=$backend "$program" demo --job owner --log | grep -v '^#' >log
  [ "$(cksum <log)" = "$sum" ] || fail "$backend writes another log: $(cksum <log)"
done
"$program" replay log >out || fail "replay: $(cat out)"
grep -q "^scalar \"log\" a head by momentum:momentum=0.9: crc $crc, same\$" out || fail "replay: $(cat out)"
lines=$(wc -l <log)
# found LINE WHAT: status 1, and both CRCs; or 2, and one line that names this line or one behind it.
found() {
  local status=0 where
  "$program" replay changed --backend scalar >out 2>err || status=$?
  where=$(sed -nE 's/^error: changed:([0-9]+)(:[0-9]+)?: .+/\1/p' err)
  case $status in
    1) grep -qE ": crc [0-9a-f]{8}, not $crc as in changed:[0-9]+:1\$" out || fail "$2: $(cat out)" ;;
    2) [ "$(wc -l <err)" = 1 ] && [ "${where:-0}" -ge "$1" ] || fail "$2: the message does not lead there: $(cat err)" ;;
    *) fail "$2: status $status: $(cat out)" ;;
  esac
}
for ((line = 1; line < lines; line++)); do  # the last says the CRC
  sed "${line}d" log >changed
  found "$line" "without line $line"
  sed "${line}s/\$/ x/" log >changed
  found "$line" "a word behind line $line"
  sed "${line}s/^/x/" log >changed
  [ "$line" = 1 ] || found "$line" "line $line, another word"
  sed "${line}p" log >changed
  sed -n "${line}p" log | grep -E '^(start|set)' >/dev/null || found "$line" "line $line twice"  # these two may come again
  sed "${line}y/0123456789/1234567890/" log >changed
  cmp -s log changed || sed -n "${line}p" log | grep '^accept' >/dev/null || found "$line" "line $line, other digits"
done
# refused LINE:COLUMN 'part of the message' SED-SCRIPT
refused() {
  local status=0
  sed "$3" log >changed
  "$program" replay changed --backend scalar >out 2>err || status=$?
  [ "$status" = 2 ] && [ "$(wc -l <err)" = 1 ] && grep -qF "changed:$1: $2" err || fail "$3: status $status, $(cat err)"
}
refused 1:6 '"x" is no kind of a head' '1s/classes/x/'
refused 1:1 'inputs is missing' '1s/inputs=32 //'
refused 1:19 'inputs: from 1 to 65535, not 0' '1s/inputs=32/inputs=0/'
refused 1:40 '"outputs" a second time' '1s/inputs=32/outputs=11 inputs=32/'
refused 2:6 'no rule is called "momentu"; there are sgd' '2s/momentum /momentu /'
refused 2:6 'momentum has no parameter "beta9"' '2s/momentum=/beta9=/'
refused 14:1 '10 rows, not 11' 4d
refused 15:1 '"row" has no place here' 4p
refused 4:5 'bias: "x" is not a whole number' '4s/bias=[-0-9]*/bias=x/'
refused 16:9 'not 32 bytes of 2 hexadecimal digits' '16s/observe ../observe /'
refused 16:74 'from 0 to 10, not 11' '16s/ [0-9]*$/ 11/'
refused 16:1 'something is missing behind' '16s/ .*//'
refused 16:1 '"observed" is no call of a head' '16s/observe/observed/'
refused 49:5 'momentum has no parameter "rate"' '49s/learning_rate/rate/'
refused 49:5 '"0x12": behind 0x belong 8 or 16' '49s/0x.*/0x12/'
refused 52:1 'accept: a call came too early' '51s/$/ 5/'
refused 53:5 '"x" is not 8 hexadecimal digits' '53s/ .*/ x/'
refused 12 'the log ends early' '12,$d'
refused 1:1 '"rule" has no place here' 1d
sed '$d' log >changed
"$program" replay changed --backend scalar >out && grep -q 'only computed: nothing to compare with' out || fail "without a CRC: $(cat out)"
# What the demo does not do: a commit, and the state that comes back after a restart; Adam; numbers in decimal.
sed 's/^accept 1$/commit 1\nstart\nrestore/' log >committed
"$program" replay committed --backend scalar >out || fail "commit, start and restore end otherwise: $(cat out)"
# An update with a class more: what was learned is there, and so are the samples.
{
  sed 's/^accept 1$/commit 1/; $d' log
  sed -n '1,/^start/p' log | sed 's/outputs=11 /outputs=12 /; /^shipped/d; /^row/d'
  sed -n '/^observe/p' log | head -n 1 | sed 's/^/restore\n/; s/ 0$/ 11/'
  sed -n '/^set/,/^accept/p' log
} >updated
"$program" replay updated >out || fail "an update: $(cat out)"
[ "$(sed -nE 's/.*: crc (.*), computed/\1/p' out | sort -u | wc -l)" = 1 ] || fail "an update: $(cat out)"
sed 's/ 11$/ 0/; s/outputs=12 /outputs=10 /' updated >changed  # with a class less
"$program" replay changed --backend scalar >out 2>err && fail "fewer classes: $(cat out)"
grep -q '^error: changed:56:1: restore: ' err || fail "fewer classes: $(cat err)"
sed -e 's/^rule .*/rule name=adam learning_rate=0.01/' -e '/^set/d' -e '$d' log >adam
"$program" replay adam --backend scalar | grep 'a head by adam:learning_rate=0.01: crc' >/dev/null || fail "another rule"
# What the page about it shows.
sed -n '/^```text/,/^```/p' "$readme" | grep -v '^```' >page
"$program" replay page >out || fail "the page's log: $(cat out)"
# From the log to the file with the learned head.
"$program" pretrain --tflite -o vowels.tflite
"$program" replay log --backend scalar -o state >out || fail "replay -o: $(cat out)"
"$program" tflite vowels.tflite --patch state -o learned.tflite >out && grep -q '11 of 11 rows learned' out || fail "patch: $(cat out)"
exit $failures
