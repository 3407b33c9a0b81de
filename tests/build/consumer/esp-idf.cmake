# SPDX-License-Identifier: Apache-2.0
# Stands in for ESP-IDF as far as a component's CMake file sees it.
# (Freestanding: the compiler at hand has no C library.)
add_compile_options(-ffreestanding -ffunction-sections -fdata-sections $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
macro(idf_component_register)
  cmake_parse_arguments(arg "" "" "SRCS;INCLUDE_DIRS;REQUIRES" ${ARGN})
  set(COMPONENT_LIB glissade)
  add_library(${COMPONENT_LIB} STATIC ${arg_SRCS})
  target_include_directories(${COMPONENT_LIB} PUBLIC ${arg_INCLUDE_DIRS})
endmacro()
add_subdirectory(${GLISSADE_PACKAGE} glissade)
