#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# commands.sh PROGRAM WORK-FOLDER GOLDEN-FOLDER: what the host program's commands print, draw and refuse.
set -euo pipefail
program=$1 work=$2 golden=$3
. "${0%/*}/work.sh"
# refused 'part of the message' ARGUMENTS...: one line that says what is wrong, status 2, nothing drawn, nothing printed.
refused() {
  local wanted=$1 status=0
  shift
  "$program" "$@" -o refused.svg >out 2>err || status=$?
  [ "$status" = 2 ] || fail "$*: status $status, not 2"
  [ "$(wc -l <err)" = 1 ] || fail "$*: not one line: $(cat err)"
  grep -qF -- "$wanted" err || fail "$*: the message lacks \"$wanted\": $(cat err)"
  [ ! -e refused.svg ] || fail "$*: a file was written"
  rm -f refused.svg
}
# drawn PANELS TEXT... -- ARGUMENTS...: a whole SVG with these texts, and silence on standard error.
drawn() {
  local texts=() text
  while [ "$1" != -- ]; do texts+=("$1"); shift; done
  shift
  "$program" "$@" -o drawn.svg >out 2>err || fail "$*: $(cat err)"
  [ ! -s err ] || fail "$*: not silent: $(cat err)"
  grep -q '^<svg' drawn.svg && [ "$(grep . drawn.svg | tail -n 1)" = '</svg>' ] || fail "$*: not a whole SVG"
  for text in "${texts[@]}"; do grep -qF -- "$text" drawn.svg || fail "$*: no \"$text\" in the picture"; done
  if command -v xmllint >/dev/null; then xmllint --noout drawn.svg || fail "$*: not XML"; fi
  mv drawn.svg "picture_$((++pictures)).svg"
}
pictures=0

"$program" rules >out
[ "$(grep -cE '^[a-z_]+ +[0-3] ' out)" = "$(grep -c '^GLISSADE_RULE' "$golden/../../src/optimizer/rules.inc")" ] || fail "rules: not every rule"
grep -qE '^adam +2 +4 +8 +4 +2.03 +learning_rate=0.001 beta1=0.9' out || fail "rules: adam"
grep -qE '^amsgrad +3 +4 +12 +6 +3.05 ' out && grep -qE '^sgd +0 +4 +0 +0 +0 ' out || fail "rules: bytes for each weight"
[ "$(grep -cE '^(rprop|asgd|rmsprop_centered(_momentum)?) .* - +- ' out)" = 4 ] || fail "rules: slots that are floats only"

[ "$("$program" schedule inverse_time rate=0.2 decay=1 --steps 4 | awk '{printf "%.4f ", $2}')" = '0.1000 0.0667 0.0500 0.0400 ' ] ||
  fail "schedule: 0.2 and decay 1 give 0.1, 0.0667, 0.05, 0.04"
refused 'no schedule is called "cosin"; there are constant' schedule cosin
refused 'cosine: "halfperiod=3" sets nothing; it has rate=0.1' schedule cosine halfperiod=3
refused 'half_period: "3x" is not a number' schedule cosine half_period=3x
refused 'half_period=2.5: a whole number' schedule cosine half_period=2.5
refused 'make no sense together' schedule cosine half_period=0

printf '1\n2\n3\n' >numbers
[ "$("$program" average --data numbers --beta 0.5 | awk 'END {print $3, $4}')" = '2.125 2.42857143' ] || fail "average of 1 2 3"
printf '1\n2\nthree\n' >words
refused 'words:3:1: "three" is not a number' average --data words
refused 'cannot read nowhere' average --data nowhere
refused 'from 0 to below 1' average --beta 1
: >empty
refused 'empty: no numbers' average --data empty

refused 'no rule is called "adamm"; there are sgd' trajectory --rule adamm
refused 'adam has no parameter "momentum"; it has learning_rate=0.001' trajectory --rule adam:momentum=0.9
refused 'adam: beta1: "0.9x" is not a number' trajectory --rule adam:beta1=0.9x
refused 'out of its range' trajectory --rule adam:beta1=1
refused 'no function is called "hill"; there are ellipse' trajectory --function hill
refused '--start: ellipse has 2 variable(s)' trajectory --start 1
"$program" trajectory --steps 400 | grep 'nesterov=1: after .* (diverges)' >/dev/null || fail "Nesterov with 0.016 and 0.7 must diverge"

head -c 3000 "$golden/adam.json" >truncated.json
refused 'truncated.json: [json.exception.parse_error' replay truncated.json --backend scalar
cat >logged.json <<'END'
{"cases": [{"optimizer": "sgd", "options": {"lr": 0.5}, "weights": [1, 2], "gradients": [[1, -1], "3f80000000000000"]}]}
END
"$program" replay logged.json --backend scalar -o result.json >out || fail "replay of logged gradients"
grep -q '"params":"0000000040200000"' result.json || fail "replay: 1 - 0.5 - 0.5 and 2 + 0.5: $(cat result.json)"
"$program" replay result.json >out || fail "replay of its own result: $(cat out)"
grep -q ': same$' out || fail "its own result must be the same: $(cat out)"
sed 's/40200000/40200001/' result.json >wrong.json
status=0
"$program" replay wrong.json >out || status=$?
[ "$status" = 1 ] && grep -q '1 words differ, first step 2 params\[1\]' out || fail "a wrong bit must be found: $(cat out)"
sed 's/"sgd"/"lion"/; s/"lr": 0.5/"lr": 0.5, "betas": [0.5, 0.5]/; s/, "weights"/, "slots": "8bit", "weights"/' logged.json >slots.json
"$program" replay slots.json --backend scalar -o result.json >out || fail "replay with slots in 8 bits: $(cat out)"
! grep -q '"state"' result.json && "$program" replay result.json >out || fail "its own result must be the same: $(cat out)"
sed 's/"8bit"/"9bit"/' slots.json >form.json
refused 'form.json:1:88: "9bit" is no form of slots' replay form.json
sed 's/"lion"/"rprop"/; s/, "betas": \[0.5, 0.5\]//' slots.json >form.json
refused 'rprop: its slots are floats only' replay form.json
sed 's/\[1, -1\]/[1]/' logged.json >short.json
refused 'gradients of step 1: 1 values, not 2' replay short.json --backend scalar
sed 's/sgd/sgdd/' logged.json >unknown.json
refused "no rule here is PyTorch's sgdd" replay unknown.json --backend scalar
refused 'no_file' replay no_file --backend scalar
refused '"sse9" does not exist' replay logged.json --backend sse9

if command -v gnuplot >/dev/null; then
  drawn 'cosine' 'learning rate' -- schedule cosine
  drawn 'beta 0.98' 'not corrected' -- average
  for function in ellipse ravine rosenbrock beale himmelblau styblinski_tang saddle plateau double_well; do
    drawn "$function" -- trajectory --function "$function"
  done
  drawn 'sgd, rate 0.02' 'adam, rate 0.5' -- trajectory --rule sgd:learning_rate=0.02 --rule adam:learning_rate=0.5
  drawn 'mean norm of the gradient' 'lion' -- compare --rule adam --rule lion:learning_rate=0.001
  drawn 'bytes of state for each weight' 'momentum' -- compare --bytes --rule momentum:learning_rate=0.1
  status=0
  "$program" schedule cosine -o no/such/folder.svg >out 2>err || status=$?
  [ "$status" = 2 ] && grep -q '^error: cannot write no/such/folder.svg: ' err || fail "a folder that is not there: $(cat err)"
  echo "$pictures pictures drawn"
else
  refused 'pictures need gnuplot' schedule cosine
  echo "no gnuplot here: pictures not drawn"
fi
refused 'rprop: its slots are floats only' compare --rule adam --rule rprop --slots 8bit
refused 'rprop: its slots are floats only' compare --bytes --rule rprop
refused '--slots excludes --bytes' compare --bytes --slots 8bit
refused '--speaker excludes --bytes' compare --bytes --speaker 3
"$program" compare --bytes --rule adam >out || fail "compare --bytes"
awk '$1 == "adam" { ++rows; bytes = bytes $4 " "; if ($5 < 0.9 * least || (least && $5 > 1.1 * least)) bad = 1; least = least ? least : $5 }
  END { exit bad || rows != 3 || bytes != "8.00 4.01 2.04 " }' out || fail "compare --bytes: as good in fewer bytes: $(cat out)"
refused '--slots: 9bit not in {float,bfloat16,8bit}' compare --slots 9bit
"$program" compare --rule adam:learning_rate=0.01 --rule sgd:learning_rate=0.1 >float
for slots in bfloat16 8bit; do
  "$program" compare --rule adam:learning_rate=0.01 --rule sgd:learning_rate=0.1 --slots $slots >out || fail "compare --slots $slots"
  # Adam's loss is another, but by at most a twentieth; SGD has no slots.
  paste float out | awk '/^adam/ && $4 != $10 && $10 / $4 < 1.05 && $4 / $10 < 1.05 { ++good } /^sgd/ && $4 == $10 { ++good } END { exit good != 2 }' ||
    fail "compare --slots $slots: $(cat float out)"
done
"$program" compare --slots 8bit >out || fail "compare of all rules in 8 bits"
[ "$(grep -c '/33$' out)" = "$("$program" rules | grep -E '^[a-z_]+ +[0-3] ' | grep -vc ' - ')" ] || fail "compare of all rules in 8 bits: $(cat out)"
"$program" compare >out || fail "compare"
awk 'NR > 1 && !($4 < $3) { bad = 1; print "FAILED: no lower loss: " $0 } END { exit bad || NR < 20 }' out || fail "every rule must learn the vowel job"
exit $failures
