# SPDX-License-Identifier: Apache-2.0
# Stands in for PlatformIO: compiles what is in src with the flags that library.json names, and the examples.
file(READ ${GLISSADE_PACKAGE}/library.json library)
foreach(key IN ITEMS name version description keywords license headers frameworks platforms)
  string(JSON value GET "${library}" ${key})  # an error where there is none
endforeach()
string(JSON count LENGTH "${library}" build flags)
foreach(i RANGE 1 ${count})
  math(EXPR i "${i} - 1")
  string(JSON flag GET "${library}" build flags ${i})
  list(APPEND flags ${flag})
endforeach()
include(sources_and_examples.cmake)
set_property(TARGET glissade PROPERTY CXX_STANDARD)
target_compile_options(glissade PRIVATE -std=gnu++14 ${flags})  # the default of some compilers; unflags takes no defaults away
