#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# outputs.sh PROGRAM CHECKPOINTED WORK-FOLDER: every command that `PROGRAM --help` lists, and the demo that may be killed, with
# output that cannot go anywhere (a full device, a closed descriptor, a folder that is not there), and that must not harm what
# is there (links, permissions, devices, a file that cannot be replaced, two runs at once, a signal). The devices are the
# folder's own: a program that replaces them must not replace the machine's.
set -uo pipefail
program=$1 checkpointed=$2 work=$3
chmod -R u+rwx "$work" 2>/dev/null
rm -rf "$work"
mkdir -p "$work" && cd "$work" || exit 1
failures=0 checks=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}
# What a command needs to do something quickly; a command that is not here needs nothing.
declare -A arguments=(
  [schedule]='cosine' [trajectory]='--function plateau --steps 20' [replay]="logged.json --backend scalar" [compare]='--rule adam:learning_rate=0.01' [pretrain]='-o -'
  [tflite]='model.tflite --header' [convert]='adam.safetensors --to csv'
)
cp "${0%/*}/../fuzz/corpus/tflite/classifier.tflite" model.tflite
cp "${0%/*}/../fuzz/corpus/convert/adam.safetensors" .
ones=$(printf '3f800000%.0s' {1..200})
cat >logged.json <<END
{"cases": [{"optimizer": "sgd", "options": {"lr": 0.5}, "weights": "$ones", "gradients": ["$ones"]}]}
END
# fails WHAT COMMAND...: status 2, and one line on standard error.
fails() {
  local what=$1 status=0
  shift
  checks=$((checks + 1))
  "$@" 2>err || status=$?
  [ "$status" = 2 ] || fail "$what: status $status, not 2"
  [ "$(wc -l <err)" = 1 ] && grep -q '^error: ' err || fail "$what: not one line that says why: $(cat err)"
}
works() {
  local what=$1
  shift
  checks=$((checks + 1))
  "$@" 2>err || fail "$what: $(cat err)"
  [ ! -s err ] || fail "$what: not silent: $(cat err)"
}
full() { "$@" >/dev/full; }
closed() { "$@" >&-; }
cramped() { (ulimit -f 1 && exec "$@" >/dev/null); }  # no file above 1 KiB
no_errors() { "$@" >out 2>&-; }
commands=$("$program" --help | sed '1,/^Subcommands:/d; /^$/,$d' | awk '{ print $1 }')
[ "$(wc -w <<<"$commands")" -ge 9 ] || fail "not all commands are listed: $commands"
for name in --help --version $commands; do
  read -ra call <<<"$name ${arguments[$name]-}"
  for place in full closed; do
    fails "$name to a $place standard output" $place "$program" "${call[@]}"
    [[ $name == --* ]] || fails "$name --help to a $place standard output" $place "$program" "$name" --help
  done
  works "$name" "$program" "${call[@]}" >out
  [ -s out ] || fail "$name prints nothing"
done

# What was left in a folder beside one file.
leftovers() {
  local left
  left=$(find "$1" -mindepth 1 ! -name "$2")
  [ -z "$left" ] || fail "left behind beside $2: $left"
}
# /dev/full and /dev/stdout for a user who could replace them.
ln -s /proc/self/fd/1 stdout
full_device=/dev/full
[ "$(id -u)" != 0 ] || full_device=$(mknod full c 1 7 && : 2>/dev/null >full && echo full)
# The commands that write a file.
writers=0
for name in $commands; do
  "$program" "$name" --help | grep -- '--output' >/dev/null || continue
  read -ra call <<<"$name ${arguments[$name]-}"
  [ "$name" != pretrain ] || call=(pretrain)
  if [[ $name != @(pretrain|replay|tflite|convert) ]] && ! command -v gnuplot >/dev/null; then continue; fi
  writers=$((writers + 1))
  rm -rf dir && mkdir dir
  works "$name -o" "$program" "${call[@]}" -o dir/new >out
  [ "$(stat -c %a dir/new)" = "$(printf %o $((0666 & ~$(umask))))" ] || fail "$name -o: permissions of a new file"
  leftovers dir new
  if [[ $name != @(pretrain|replay|tflite|convert) ]]; then tail -n 2 dir/new | grep '</svg>' >/dev/null || fail "$name -o: half a picture"; fi
  if [ -n "$full_device" ]; then
    fails "$name -o to a full device" "$program" "${call[@]}" -o $full_device >out
    [ -c $full_device ] || fail "$name -o replaced a device"
  fi
  fails "$name -o into no folder" "$program" "${call[@]}" -o no/such/file >out
  fails "$name -o onto a folder" "$program" "${call[@]}" -o dir >out
  fails "$name -o without a name" "$program" "${call[@]}" --output= >out
  # Standard output as a file, a pipe and a closed descriptor, by its names.
  for place in - stdout /dev/fd/1; do
    works "$name -o $place" "$program" "${call[@]}" -o $place >piped
    tail -c "$(stat -c %s dir/new)" piped | cmp -s - dir/new || fail "$name -o $place to a file"
    "$program" "${call[@]}" -o $place | tail -c "$(stat -c %s dir/new)" | cmp -s - dir/new || fail "$name -o $place to a pipe"
    fails "$name -o $place, closed" closed "$program" "${call[@]}" -o $place
    fails "$name -o $place, full" full "$program" "${call[@]}" -o $place
  done
  [ -L stdout ] || fail "$name -o replaced a link to standard output"
  mkfifo dir/fifo
  timeout 20 cat dir/fifo >piped &
  works "$name -o a FIFO" "$program" "${call[@]}" -o dir/fifo >out
  wait
  cmp -s piped dir/new && [ -p dir/fifo ] || fail "$name -o a FIFO"
  # Links lead to the new bytes, and stay; so do permissions.
  rm -rf dir/* && mkdir dir/far
  echo old >dir/far/target && chmod 640 dir/far/target
  ln -s far/target dir/near && ln -s near dir/link && ln dir/far/target dir/hard
  works "$name -o a link" "$program" "${call[@]}" -o dir/link >out
  [ -L dir/link ] && [ -L dir/near ] && [ ! -L dir/far/target ] || fail "$name -o a link: it is gone"
  [ "$(head -n 1 dir/far/target)" != old ] && cmp -s dir/far/target dir/hard || fail "$name -o a link: the target was not written"
  [ "$(stat -c %a dir/far/target)" = 640 ] || fail "$name -o a link: permissions"
  leftovers dir/far target
  rm dir/hard && echo old >dir/far/target
  works "$name -o a file" "$program" "${call[@]}" -o dir/link >out
  [ "$(stat -c %a dir/far/target)" = 640 ] && [ "$(head -n 1 dir/far/target)" != old ] || fail "$name -o a file: permissions"
  leftovers dir/far target
  rm dir/far/target
  works "$name -o a link to nothing" "$program" "${call[@]}" -o dir/link >out
  [ -f dir/far/target ] && [ -L dir/link ] || fail "$name -o a link to nothing"
  ln -s round dir/round
  fails "$name -o a link to itself" "$program" "${call[@]}" -o dir/round >out
  # Too little room for a file: the old one stays.
  echo old >dir/far/target
  fails "$name -o without room" cramped "$program" "${call[@]}" -o dir/link
  [ "$(cat dir/far/target)" = old ] || fail "$name -o without room: the old file is gone"
  leftovers dir/far target
  if [ "$(id -u)" != 0 ]; then
    chmod 440 dir/far/target
    fails "$name -o a file that may not be written" "$program" "${call[@]}" -o dir/link >out
    chmod 640 dir/far/target
    chmod 550 dir/far
    fails "$name -o into a folder that may not be written" "$program" "${call[@]}" -o dir/link >out
    chmod 750 dir/far
    [ "$(cat dir/far/target)" = old ] || fail "$name -o: the old file is gone"
  fi
  # Several at once, two of them of another size.
  works "$name -o" "$program" "${call[@]}" -o dir/alone >out
  pids=()
  for i in 1 2 3 4 5 6; do
    if [ $((i % 3)) = 0 ]; then "$program" pretrain -o dir/same & else "$program" "${call[@]}" -o dir/same >/dev/null & fi
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || fail "$name -o, several at once: status $?"; done
  "$program" pretrain -o dir/other
  cmp -s dir/same dir/alone || cmp -s dir/same dir/other || fail "$name -o, several at once: a mixture"
  [ -z "$(find dir -name '.*')" ] || fail "$name -o, several at once, leaves $(find dir -name '.*')"
  # A closed descriptor does not become the file.
  works "$name -o with standard error closed" no_errors "$program" "${call[@]}" -o dir/quiet
  cmp -s dir/quiet dir/alone || fail "$name -o with standard error closed"
done
[ "$writers" -ge 2 ] || fail "no command writes a file"

# A program whose state is in a file: what it prints does not get into that, when the file has the number of standard output.
"$checkpointed" right >right.out || fail "$checkpointed: status $?"
fails "checkpointed, closed" closed "$checkpointed" store
fails "checkpointed, full" full "$checkpointed" store
works "checkpointed again" "$checkpointed" store >store.out
cmp -s <(grep -v ^store: right.out) <(grep -v ^store: store.out) || fail "checkpointed ends otherwise: $(cat store.out)"
fails "checkpointed without a file" "$checkpointed" >out
fails "checkpointed in no folder" "$checkpointed" no/such/file >out
[ ! -s out ] || fail "checkpointed: an error on standard output"

# Drawing: whatever the folder for temporary files, the user's settings of gnuplot and PATH.
if command -v gnuplot >/dev/null; then
  "$program" schedule cosine -o right.svg
  export HOME=$PWD/home
  mkdir home
  echo 'set title "mine"; set terminal png; exit' >home/.gnuplot
  for folder in nowhere "it's; touch harm" "$PWD/home"; do
    [ "$folder" = nowhere ] || mkdir -p "$folder"
    works "TMPDIR=$folder" env TMPDIR="$folder" GNUTERM=png GNUPLOT_LIB=/nowhere LC_ALL=de_DE.UTF-8 "$program" schedule cosine -o drawn.svg
    cmp -s right.svg drawn.svg || fail "TMPDIR=$folder: another picture"
    [ "$folder" = nowhere ] || [ -z "$(ls "$folder")" ] || fail "TMPDIR=$folder: files left behind"
  done
  [ ! -e harm ] || fail "TMPDIR reached a shell"
  # The command and the environment of gnuplot; gnuplots that draw half, nothing, or never end.
  mkdir bin
  gnuplot() { printf '#!/bin/sh\n%s\n' "$1" >bin/gnuplot && chmod +x bin/gnuplot; }
  real=$(type -P gnuplot)
  gnuplot "[ \"\$1\" = --default-settings ] && [ -z \"\$HOME\$GNUTERM\$TMPDIR\" ] && [ \"\$LC_ALL\" = C ] && exec $real \"\$@\""
  works "gnuplot without the user's settings" env GNUTERM=png TMPDIR=. LC_ALL=C.UTF-8 PATH="$PWD/bin:$PATH" "$program" schedule cosine -o drawn.svg
  for does in "echo '<svg>'" 'exit 0' 'echo broken >&2; exit 1' 'kill -9 $$'; do
    gnuplot "$does"
    fails "a gnuplot that does: $does" env PATH="$PWD/bin:$PATH" "$program" schedule cosine -o half.svg
    [ ! -e half.svg ] || fail "$does: a picture"
  done
  gnuplot 'exec sleep 20'
  mkdir tmp
  for signal in TERM INT HUP; do
    env --default-signal=INT PATH="$PWD/bin:$PATH" TMPDIR="$PWD/tmp" setsid "$program" schedule cosine -o tmp/half.svg &
    child=$!
    sleep 0.3
    kill -s $signal -- -$child 2>/dev/null || kill -s $signal $child
    wait $child 2>/dev/null
    [ -z "$(ls -A tmp)" ] || fail "SIG$signal while it draws leaves $(ls -A tmp)"
  done
  status=0
  env PATH="$PWD/tmp" "$program" schedule cosine -o half.svg 2>err || status=$?
  [ "$status" = 2 ] && grep -q 'need gnuplot' err || fail "no gnuplot: $(cat err)"
fi
echo "$(wc -w <<<"$commands") commands, $writers that write files, $checks checks, $failures failures"
[ "$failures" = 0 ]
