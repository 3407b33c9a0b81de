# SPDX-License-Identifier: Apache-2.0
# Stands in for Arduino: compiles what is in src with a core's flags, and the examples.
foreach(key IN ITEMS name version author maintainer sentence paragraph category architectures includes)
  file(STRINGS ${GLISSADE_PACKAGE}/library.properties value REGEX "^${key}=.+")
  if(NOT value)
    message(FATAL_ERROR "library.properties has no ${key}")
  endif()
endforeach()
include(sources_and_examples.cmake)
