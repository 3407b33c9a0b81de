# SPDX-License-Identifier: Apache-2.0
set(CMAKE_CXX_EXTENSIONS ON)  # -std=gnu++17
file(GLOB sources ${GLISSADE_PACKAGE}/src/*.cpp)
add_library(glissade STATIC ${sources})
target_include_directories(glissade PUBLIC ${GLISSADE_PACKAGE}/src)
target_compile_options(glissade PRIVATE -fno-exceptions -fno-rtti -ffunction-sections)
file(GLOB examples ${GLISSADE_PACKAGE}/examples/*/*.ino)
foreach(example IN LISTS examples)
  get_filename_component(name ${example} NAME_WE)
  configure_file(${example} ${CMAKE_BINARY_DIR}/${name}.cpp COPYONLY)
  add_library(example_${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
  target_include_directories(example_${name} PRIVATE arduino)
  target_link_libraries(example_${name} PRIVATE glissade)
endforeach()
