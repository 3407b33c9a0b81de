# SPDX-License-Identifier: Apache-2.0
# awk -f depth.awk FILE.ci...: from GCC's -fcallgraph-info=su, the deepest stack below each gls_<rule>_step, in bytes,
# without what the compiler's helpers take.
function field(name, text) {
  if (!match($0, name ": \"[^\"]*\"")) return ""
  text = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
  sub(/^.*\/[^:]*:/, "", text)  # templates and local functions are listed under their file
  return text
}
function depth(f, i, below, deepest, parts) {
  if (f in known) return known[f]
  if (f in visiting) return 0
  visiting[f] = 1
  split(calls[f], parts, " ")
  for (i in parts) if ((below = depth(parts[i])) > deepest) deepest = below
  return known[f] = own[f] + deepest
}
/^node:/ { name = field("title"); if (match($0, /[0-9]+ bytes/)) own[name] = substr($0, RSTART, RLENGTH) + 0 }
/^edge:/ { name = field("sourcename"); calls[name] = calls[name] " " field("targetname") }
END {
  for (f in own) if (f ~ /^gls_.*_step$/) print substr(f, 5, length(f) - 9), depth(f)
}
