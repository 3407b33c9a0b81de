# SPDX-License-Identifier: Apache-2.0
# What every shared library of Glissade has: its name and version, what it shows, and a description of the C face for
# interpreters (packages/python), which the C compiler has filled in.
function(glissade_shared target)
  set_target_properties(${target} PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  if(NOT APPLE)
    target_link_options(${target} PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/platform/glissade.map)
  endif()
  set(describe ${PROJECT_SOURCE_DIR}/platform/packages/python/describe.cmake)
  set(description ${PROJECT_BINARY_DIR}/generated/description.c)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/*.h)
  add_custom_command(
    OUTPUT ${description}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${description} -DCOMPILER=${CMAKE_C_COMPILER} -DINCLUDE=${PROJECT_SOURCE_DIR}/include -P ${describe}
    DEPENDS ${describe} ${headers} VERBATIM)
  # A target of its own: the library's flags are C++'s.
  add_library(glissade_description OBJECT ${description})
  glissade_headers(glissade_description)
  set_target_properties(glissade_description PROPERTIES POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET default)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:glissade_description>)
endfunction()

if(glissade_is_shared)
  glissade_shared(glissade)
elseif(GLISSADE_TESTS AND CMAKE_POSITION_INDEPENDENT_CODE AND NOT CMAKE_CROSSCOMPILING AND NOT GLISSADE_SANITIZE AND NOT GLISSADE_FUZZ
       AND NOT GLISSADE_COVERAGE)
  # From the static library's objects, for the tests of the Python package. In a folder of its own: nobody shall link it by -lglissade.
  add_library(glissade_shared_library SHARED $<TARGET_OBJECTS:glissade>)
  foreach(name IN LISTS glissade_backends ITEMS hosted)
    if(TARGET glissade_${name})
      target_sources(glissade_shared_library PRIVATE $<TARGET_OBJECTS:glissade_${name}>)
    endif()
  endforeach()
  set_target_properties(glissade_shared_library PROPERTIES OUTPUT_NAME glissade LINKER_LANGUAGE CXX
                        LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/shared)
  glissade_shared(glissade_shared_library)
endif()
