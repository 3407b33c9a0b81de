# SPDX-License-Identifier: Apache-2.0
# Writes GLISSADE_FUNCTION(name) for each function of the C headers: cmake -DOUTPUT=<list> "-DHEADERS=<headers>" -P ...
# What needs an operating system is tested where there is one.
set(functions "")
foreach(header IN LISTS HEADERS)
  file(STRINGS ${header} lines REGEX "gls_[a-z0-9_]+\\(")
  string(REGEX MATCHALL "gls_[a-z0-9_]+\\(" found "${lines}")
  list(APPEND functions ${found})
endforeach()
list(REMOVE_DUPLICATES functions)
list(FILTER functions EXCLUDE REGEX "^gls_file_flash_")
list(TRANSFORM functions REPLACE "(.*)\\($" "GLISSADE_FUNCTION(\\1)")
string(REPLACE ";" "\n" functions "${functions}")
file(WRITE ${OUTPUT} "${functions}\n")
