#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tflite.sh PROGRAM WORK-FOLDER MODELS INCLUDE LIBRARY C-COMPILER C++-COMPILER: `glissade tflite` as a user types it: what it
# writes, where, and where not; and its header in C99 and C++, with what firmware finds at the header's offsets.
set -euo pipefail
program=$1 work=$2 models=$3 include=$4 library=$5 cc=$6 cxx=$7
. "${0%/*}/work.sh"
# refused 'part of the message' ARGUMENTS...: status 2, one line, and no byte of the model or of new.tflite has changed.
refused() {
  local wanted=$1 status=0
  shift
  rm -f new.tflite
  "$program" tflite "$@" >out 2>err || status=$?
  [ "$status" = 2 ] || fail "$*: status $status, not 2"
  [ "$(wc -l <err)" = 1 ] && grep -qF -- "$wanted" err || fail "$*: the message lacks \"$wanted\": $(cat err)"
  [ ! -e new.tflite ] || fail "$*: a file was written"
  cmp -s model.tflite "$models/classifier.tflite" || fail "$*: the model was written"
}
cp "$models/classifier.tflite" model.tflite

"$program" tflite model.tflite >list || fail "list"
grep -q '^operator 1 FULLY_CONNECTED: can be a head, 5 -> 4, one scale, activation NONE$' list || fail "list: $(cat list)"
"$program" tflite - <model.tflite | tail -n +2 | cmp -s - <(tail -n +2 list) || fail "list of standard input"

refused 'a model is written to -o NEW' model.tflite --cut
refused 'a model is written to -o NEW' model.tflite --patch state
refused 'this is the file that is read; --in-place writes over it' model.tflite --cut -o ./model.tflite
refused '--in-place is for --cut and --patch' model.tflite --header --in-place
refused '--in-place is for --cut and --patch' model.tflite --in-place
ln -s model.tflite link
refused 'this is the file that is read' model.tflite --cut -o link
refused '--head: there are 3 operators' model.tflite --cut --head 3 -o new.tflite
refused 'operator 2 SOFTMAX: neither fully connected' model.tflite --cut --head 2 -o new.tflite
refused 'a cut at operator 0' model.tflite --cut --head 0 -o new.tflite
refused 'at most 1' model.tflite --cut --header -o new.tflite
refused '--rows requires --patch' model.tflite --rows 1 -o new.tflite
refused 'cannot read nowhere' model.tflite --patch nowhere -o new.tflite
refused "model.tflite: not a head's saved bytes" model.tflite --patch model.tflite -o new.tflite
refused 'a state of another head' model.tflite --patch "$models/state" -o new.tflite
head -c 700 model.tflite >half.tflite
refused 'half.tflite: ' half.tflite
refused 'half.tflite: ' half.tflite --cut -o new.tflite

"$program" tflite model.tflite --cut -o cut.tflite >report || fail "cut"
grep -q '^keeps 1 of 3 operators$' report && grep -q '^36 bytes of the head stay in the file$' report || fail "cut: $(cat report)"
"$program" tflite model.tflite --cut -o - | cmp -s - cut.tflite || fail "cut to standard output"
"$program" tflite cut.tflite | grep ', 1 operators, ' >/dev/null || fail "the cut model: $("$program" tflite cut.tflite)"
cp model.tflite place.tflite
"$program" tflite place.tflite --cut --in-place >out || fail "cut in place"
cmp -s place.tflite cut.tflite || fail "cut in place: other bytes"

cp "$models/per_channel.tflite" channels.tflite
"$program" tflite channels.tflite --patch "$models/state" -o patched.tflite >report || fail "patch"
grep -q '^operator 1 FULLY_CONNECTED: 4 of 4 rows learned' report || fail "patch: $(cat report)"
"$program" tflite channels.tflite --patch "$models/state" --rows 3,0-2 -o turned.tflite >out || fail "patch with rows"
! cmp -s patched.tflite turned.tflite || fail "--rows changes nothing"
[ "$(stat -c %s patched.tflite)" = "$(stat -c %s channels.tflite)" ] || fail "patch: another size"
for rows in 0-4 1,1,2,3 0-2 x 3-1 1-2-3 ''; do
  status=0
  "$program" tflite channels.tflite --patch "$models/state" --rows "$rows" -o new.tflite >out 2>err || status=$?
  [ "$status" = 2 ] && [ ! -e new.tflite ] || fail "--rows '$rows' is taken"
done

status=0
"$program" tflite channels.tflite --patch "$models/state" --rows 0-999998,0-999998 -o new.tflite >out 2>err || status=$?
[ "$status" = 2 ] && grep -q 'more than 1000000 rows' err || fail "--rows takes any memory: $(cat err)"

# A header's offsets are those of bytes that nobody else uses.
cp "$models/shared_zeros.tflite" zeros.tflite
"$program" tflite zeros.tflite --header >zeros.h || fail "header of shared biases"
grep -q 'No offsets: .* weights or biases that are shared with another user: tensor 2' zeros.h && ! grep -q '_AT ' zeros.h || fail "shared biases have an offset"
grep -q 'it cannot be patched: tensor 5 "biases1": weights or biases that are shared' < <("$program" tflite zeros.tflite) || fail "list of shared biases"
"$program" tflite model.tflite --header --head 0 | grep 'It cannot be cut here. operator 0 FULLY_CONNECTED: a cut at operator 0' >/dev/null || fail "header of operator 0"
cp "$models/autoencoder.tflite" auto-encoder.tflite
"$program" tflite auto-encoder.tflite --header --head 7 | grep -x '#define AUTO_ENCODER_HEAD7_INPUTS 6u .*' >/dev/null || fail "header of operator 7"
"$program" tflite auto-encoder.tflite --header | grep -x '#define AUTO_ENCODER_HEAD_INPUTS 6u .*' >/dev/null || fail "header of operator 9"
cp "$models/deduplicated.tflite" joined.tflite
"$program" tflite joined.tflite --header | grep 'No offsets: .* scale: a vector or table that another one uses too' >/dev/null || fail "header of joined scales"

# What firmware includes, and what it finds at the offsets: the weights that the patch put there.
"$program" tflite patched.tflite --header -o patched.h || fail "header"
"$program" tflite patched.tflite --header | cmp -s - patched.h || fail "header to standard output"
cat >use.c <<'END'
#include "patched.h"
#include "glissade/glissade.h"
#include <stdio.h>
#include <string.h>
int main(int count, char** names) {
  static unsigned char file[PATCHED_HEAD_FILE_BYTES + 1];
  const uint32_t scales_at[] = PATCHED_HEAD_OUTPUT_SCALES_AT, zeros_at[] = PATCHED_HEAD_OUTPUT_ZEROS_AT;
  const float output_scale = PATCHED_HEAD_OUTPUT_SCALE;
  const int64_t output_zero = PATCHED_HEAD_OUTPUT_ZERO;
  size_t c, d;
  FILE* const stream = fopen(names[count - 1], "rb");
  if (stream == NULL || fread(file, 1, sizeof file, stream) != PATCHED_HEAD_FILE_BYTES) return 1;
  if (gls_crc32(0, file, PATCHED_HEAD_FILE_BYTES) != PATCHED_HEAD_FILE_CRC32) return 2;
  if (memcmp(file + PATCHED_HEAD_WEIGHTS_AT, patched_head_int8_weights, sizeof patched_head_int8_weights) != 0) return 3;
  if (memcmp(file + PATCHED_HEAD_BIASES_AT, patched_head_int8_biases, sizeof patched_head_int8_biases) != 0) return 4;
  if (memcmp(file + PATCHED_HEAD_WEIGHT_SCALES_AT, patched_head_weight_scales, sizeof patched_head_weight_scales) != 0) return 5;
  if (memcmp(file + scales_at[0], &output_scale, sizeof output_scale) != 0) return 6;
  if (memcmp(file + zeros_at[0], &output_zero, sizeof output_zero) != 0) return 7;
  for (c = 0; c < PATCHED_HEAD_OUTPUTS; ++c) {
    for (d = 0; d < PATCHED_HEAD_INPUTS; ++d) {
      const float integer = patched_head_int8_weights[c * PATCHED_HEAD_INPUTS + d];
      if (patched_head_weights[d * PATCHED_HEAD_OUTPUTS + c] != patched_head_weight_scales[c] * integer) return 8;
    }
  }
  return fclose(stream);
}
END
"$program" tflite patched.tflite --cut -o patched_cut.tflite >out || fail "cut of what was patched"
if command -v gzip >/dev/null; then  # a gzip file ends with the CRC-32 of what is in it, and its size
  crc=$(gzip -c patched_cut.tflite | tail -c 8 | head -c 4 | od -An -tu4 | tr -d ' ')
  grep -q "^#define PATCHED_HEAD_CUT_CRC32 ${crc}u " patched.h || fail "CUT_CRC32 is not $crc: $(grep CRC patched.h)"
fi
for language in "$cc -std=c99" "$cxx -std=c++17 -x c++"; do
  $language -Wall -Wextra -Wpedantic -Werror -I "$include" -c use.c -o use.o || fail "the header by $language"
  "$cxx" use.o "$library" -o use && ./use patched.tflite || fail "the header by $language: status $?"
done
exit $failures
