# SPDX-License-Identifier: Apache-2.0
# awk -v root=SOURCE -v version=V [-v leave_out=glissade/] -f amalgamate.awk TEMPLATE: the template with every project file
# that it includes in place, each once (the lists, .inc, every time). System headers stay; so does glissade.h itself.
function find(name, i) {
  for (i = 1; i <= folder_count; ++i) if ((getline line < (folders[i] "/" name)) >= 0) { close(folders[i] "/" name); return folders[i] "/" name }
  return ""
}
function expand(path, text, name, file) {
  while ((getline text < path) > 0) {
    if (text ~ /^#include GLISSADE_LANES/) text = "#include \"lanes.inc\""
    if (match(text, /^#include "[^"]+"/)) {
      name = substr(text, 11, RLENGTH - 11)
      if (leave_out != "" && index(name, leave_out) == 1) continue
      file = find(name)
      if (file == "") { print text; continue }
      if (file !~ /\.inc$/ && seen[file]++) continue
      expand(file)
      continue
    }
    if (text ~ /SPDX-License-Identifier/ && depth_of_output++) continue
    gsub(/@VERSION@/, version, text)
    print text
  }
  close(path)
}
BEGIN {
  folder_count = split(root "/platform/packages/drop-in\n" root "/include\n" root "/src\n" root "/platform", folders, "\n")
  expand(ARGV[1])
}
