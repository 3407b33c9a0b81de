# SPDX-License-Identifier: Apache-2.0
# awk -f depth.awk src/optimizer/rules.inc FILE.ci...: from GCC's -fcallgraph-info=su, the deepest stack below gls_step for each rule with
# gradients in a buffer, in bytes, without what the compiler's helpers take. GCC does not know what a pointer calls; this does:
# a rule's functions and the buffer's. Where slots are in a byte or two (formats.h), a line "<rule>_8bit", "<rule>_bfloat16".
function field(name, text) {
  if (!match($0, name ": \"[^\"]*\"")) return ""
  text = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
  sub(/^.*\/[^:]*:/, "", text)  # templates and local functions are listed under their file
  return text
}
function callee(f, type) { # of f's call by a pointer
  if (word[f] == "check_params") return of["valid", type]
  if (word[f] == "begin") return of["tick", type]
  if (word[f] == "guard") return of["buffer_fits", ""]
  if (word[f] == "check") return of["buffer_check", ""]
  if (word[f] == "check_buffers") return ""  # of a format, which these firmwares do not have
  if (word[f] == "sweep_buffer") return of["sweep_" rule, ""]
  return of["sweep_buffer", ""]
}
function depth(f, i, below, deepest, parts, callees) {
  if (f == "" || f in visiting) return 0
  visiting[f] = 1
  split(calls[f], parts, " ")
  for (i in parts) {
    below = depth(parts[i] == "__indirect_call" ? callee(f, type) : parts[i])
    if (below > deepest) deepest = below
  }
  delete visiting[f]
  return own[f] + deepest
}
# The path of a step whose slots have a format: to a block of each, then what goes on with it.
function depth_of_format(format, slots, type, paths, i, below, deepest) {
  split("encode decode", paths, " ")
  deepest = depth(of["sweep_buffer", ""])
  for (i in paths) {
    below = depth(frame[paths[i], format, ""])
    if (below > deepest) deepest = below
  }
  return own["gls_step"] + own[frame["sweep", format, ""]] + own[frame["sweep_slots", format, slots]] + \
    own[frame["sweep_blocks", format, ""]] + deepest
}
/^GLISSADE_RULE\(/ { gsub(/GLISSADE_RULE\(|,|\)/, " "); types[$1] = $2; slots_of[$1] = $3; next }
/^node:/ {
  name = field("title")
  if (!match($0, /[0-9]+ bytes/)) next
  own[name] = substr($0, RSTART, RLENGTH) + 0
  label = $0
  sub(/^.*label: "/, "", label)
  format = match(label, /In8Bits/) ? "8bit" : match(label, /InBfloat16/) ? "bfloat16" : ""
  slots = match(label, /kSlots = [0-9]/) ? substr(label, RSTART + 9, 1) : ""
  type = match(label, /Rule = glissade::[A-Za-z]+/) ? substr(label, RSTART + 17, RLENGTH - 17) : ""
  sub(/\(.*$/, "", label)
  sub(/^.*[ :]/, "", label)
  sub(/<.*$/, "", label)
  word[name] = label
  if (format != "") frame[label, format, slots] = name
  else of[label, type] = name
}
/^edge:/ { name = field("sourcename"); calls[name] = calls[name] " " field("targetname") }
BEGIN { formats["8bit"]; formats["bfloat16"] }
END {
  for (rule in types) {
    type = types[rule]
    if (!(("tick", type) in of)) continue
    print rule, depth("gls_step")
    for (format in formats) {
      if (("sweep_slots", format, slots_of[rule]) in frame)
        print rule "_" format, depth_of_format(format, slots_of[rule], type)
    }
  }
}
