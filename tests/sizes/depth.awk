# SPDX-License-Identifier: Apache-2.0
# awk -f depth.awk src/optimizer/rules.inc FILE.ci...: from GCC's -fcallgraph-info=su, the deepest stack below gls_step for each rule with
# gradients in a buffer, in bytes, without what the compiler's helpers take. GCC does not know what a pointer calls; this does:
# a rule's functions and the buffer's.
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
/^GLISSADE_RULE\(/ { gsub(/GLISSADE_RULE\(|,|\)/, " "); types[$1] = $2; next }
/^node:/ {
  name = field("title")
  if (!match($0, /[0-9]+ bytes/)) next
  own[name] = substr($0, RSTART, RLENGTH) + 0
  label = $0
  sub(/^.*label: "/, "", label)
  type = match(label, /Rule = glissade::[A-Za-z]+/) ? substr(label, RSTART + 17, RLENGTH - 17) : ""
  sub(/\(.*$/, "", label)
  sub(/^.*[ :]/, "", label)
  sub(/<.*$/, "", label)
  word[name] = label
  of[label, type] = name
}
/^edge:/ { name = field("sourcename"); calls[name] = calls[name] " " field("targetname") }
END {
  for (rule in types) { type = types[rule]; if (("tick", type) in of) print rule, depth("gls_step") }
}
