#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# convert.sh PROGRAM WORK-FOLDER FILES INCLUDE LIBRARY C-COMPILER C++-COMPILER: `glissade convert` as a user types it: saved bytes
# of every rule to safetensors and back, what is refused, and its headers in C99 and C++.
set -euo pipefail
program=$1 work=$2 files=$3 include=$4 library=$5 cc=$6 cxx=$7
. "${0%/*}/work.sh"
# refused 'part of the message' ARGUMENTS...: status 2, one line, and nothing is written.
refused() {
  local wanted=$1 status=0
  shift
  rm -f new.*
  "$program" convert "$@" >out 2>err || status=$?
  [ "$status" = 2 ] && [ ! -s out ] || fail "$*: status $status, not 2: $(head -c 200 out)"
  [ "$(wc -l <err)" = 1 ] && grep -qF -- "$wanted" err || fail "$*: the message lacks \"$wanted\": $(cat err)"
  [ -z "$(find . -name 'new.*')" ] || fail "$*: a file was written"
}
# converts FROM TO OPTIONS...: in silence.
converts() {
  "$program" convert "$@" >out 2>&1 || fail "$*: $(cat out)"
  [ ! -s out ] || fail "$*: not silent: $(cat out)"
}

rules=0
for saved in "$files"/*.gls; do
  name=$(basename "$saved" .gls)
  rule=${name%_8bit} && rule=${rule%_bfloat16}
  converts "$saved" new.safetensors --like "$files/$rule.safetensors"
  converts new.safetensors new.gls
  cmp new.gls "$saved" || fail "$name: other bytes after the way through safetensors"
  [ "$name" = "$rule" ] || continue
  cmp new.safetensors "$files/$rule.safetensors" || fail "$name: other safetensors than are kept"
  rules=$((rules + 1))
done
[ "$rules" = "$("$program" rules | grep -cE '^[a-z_]+ +[0-3] ')" ] || fail "$rules rules have files here"

cp "$files"/adam.{gls,safetensors} .
"$program" convert adam.gls >out
grep -qE '^rule adam:learning_rate=0.30000000000000004,weight_decay=0,' out && grep -qx 'state step=3' out || fail "list: $(cat out)"
cmp out <(sed -n '/^```text/,/^```$/p' "${0%/*}/../../platform/apps/tool/convert/README.md" | grep -v '^```') || fail "the page shows another list: $(cat out)"
"$program" convert - <adam.safetensors >out
grep -qx 'state.fc1.weight.exp_avg F32 \[3, 5\]' out && grep -qx 'optimizer: Adam' out || fail "list: $(cat out)"
"$program" convert adam.safetensors - --to csv >table
[ "$(wc -l <table)" = 27 ] && [ "$(head -n 1 table)" = tensor,index,weight,exp_avg,exp_avg_sq ] || fail "csv: $(cat table)"
[ "$(sed -n 3p table | cut -d, -f 1,2)" = 'fc1.weight,0 1' ] || fail "csv: $(cat table)"
"$program" convert adam.gls --to csv | cut -d, -f 3- | sort | cmp - <(cut -d, -f 3- table | sort) || fail "csv: other numbers without layers"
"$program" convert adam.safetensors --to saved -o - | cmp - adam.gls || fail "to standard output"
converts adam.gls small.gls --slots 8bit
[ "$(stat -c %s small.gls)" -lt 300 ] && "$program" convert small.gls | grep -x 'slots 2, 8bit' >/dev/null || fail "slots in 8 bits"
converts adam.safetensors weights.safetensors --weights-only
! "$program" convert weights.safetensors | grep 'state\|param_groups' >/dev/null || fail "weights only"
converts weights.safetensors start.gls --rule lion:learning_rate=0.25
"$program" convert start.gls >out
grep -q '^rule lion:learning_rate=0.25,' out && grep -qx 'state step=0' out || fail "a start: $(cat out)"
cmp <("$program" convert start.gls --to csv | cut -d, -f 3) <("$program" convert adam.gls --to csv | cut -d, -f 3) || fail "a start: other weights"

refused 'saved bytes do not say which tensors they are' adam.gls new.safetensors
refused '26 weights, and the layers have 20' adam.gls new.safetensors --layers fc1=4x4
refused '"fc1" is neither NAME=INPUTSxOUTPUTS nor' adam.gls new.safetensors --layers fc1
refused '"norm.weight" [4] is in no layer' adam.safetensors new.gls --layers fc1=5x3
refused '"fc1.weight" is [3, 5], where [5, 3] is needed' adam.safetensors new.gls --layers fc1=3x5,norm.weight=same:4,norm.bias=same:4
refused '"fc2.weight" is missing' adam.safetensors new.gls --layers fc2=5x3 --leave-out
refused 'weights alone are no optimizer' weights.safetensors new.gls
refused 'new.txt: .safetensors, .gls, .h and .csv say what is written' adam.gls new.txt
refused '--group: there are 1' adam.safetensors new.gls --group 1
refused '--layers excludes --like' adam.gls new.safetensors --layers fc1=5x3 --like adam.safetensors
refused '--like: adam.gls: no safetensors' adam.gls new.safetensors --like adam.gls
refused 'no rule is called "adams"' adam.gls new.gls --rule adams
refused '--to: txt not in' adam.gls --to txt
refused 'cannot read nowhere' nowhere new.gls
refused 'no safetensors' "$program" new.gls
printf 'GLS5%060d' 0 >head
refused "not an optimizer's" head
printf 'GLS8%060d' 0 >head
refused 'weights in bfloat16, which are not read here' head
for file in adam.gls adam.safetensors; do
  size=$(stat -c %s $file)
  for cut in 0 1 7 8 9 40 200 $((size - 1)); do
    head -c "$cut" $file >cut
    refused 'cut: ' cut new.csv
    refused 'cut: ' cut
  done
done

# Headers, in C99 and C++: what they start is what was converted.
converts adam.safetensors firmware.h
converts weights.safetensors alone.hpp
! grep -q saved alone.hpp || fail "weights alone have a state"
cat >firmware.c <<'END'
#include "firmware.h"
#include "alone.hpp"
#include "glissade/glissade.h"
int main(void) {
  gls_adam_params params = {GLS_ADAM_DEFAULTS};
  gls_adam_state state = {0};
  static float weights[FIRMWARE_COUNT], m[FIRMWARE_COUNT], v[FIRMWARE_COUNT];
  const gls_optimizer optimizer = gls_adam(&params, &state, weights, m, v, FIRMWARE_COUNT);
  if (gls_restore(&optimizer, firmware_saved, FIRMWARE_SAVED_BYTES) != GLS_OK || state.step != 3) return 1;
  if (gls_crc32(0, weights, sizeof weights) != gls_crc32(0, firmware_weights, sizeof weights)) return 2;
  return gls_crc32(0, weights, sizeof weights) == gls_crc32(0, alone_weights, sizeof weights) ? 0 : 3;
}
END
cat >firmware.cpp <<'END'
#include "firmware.h"
#include "glissade/glissade.hpp"
static glissade::Optimizer<glissade::Adam, FIRMWARE_COUNT> optimizer;
static float weights[FIRMWARE_COUNT];
static glissade::Adam::Params params;
int main() {
  const glissade::Status status = optimizer.restore(weights, params, firmware_saved, FIRMWARE_SAVED_BYTES);
  return status == GLS_OK && optimizer.state.step == 3 ? 0 : 1;
}
END
for source in "$cc -std=c99 -c firmware.c" "$cxx -std=c++17 -c firmware.cpp"; do
  $source -Wall -Wextra -Wpedantic -Werror -I "$include" -o firmware.o || fail "the header by $source"
  "$cxx" firmware.o "$library" -o firmware && ./firmware || fail "the header by $source: status $?"
done
echo "$rules rules"
exit $failures
