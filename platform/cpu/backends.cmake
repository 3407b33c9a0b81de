# SPDX-License-Identifier: Apache-2.0
# The list of backends: which ones this build has, and how each object is compiled from src/kernels/kernels.cpp.
#
# GLISSADE_BACKENDS chooses some of them, in order of preference; empty is all that the target and the found
# libraries allow. With one backend the library contains no choice and asks the machine nothing.
set(GLISSADE_BACKENDS "" CACHE STRING "Backends to build, preferred first; empty: all that this target can have")
option(GLISSADE_USE_HIGHWAY "Build Highway's backends where Highway is found" ON)
option(GLISSADE_USE_XSIMD "Build xsimd's backends where xsimd is found" ON)

# What the compiler says of the target, by the flags that every file here gets: where they come from, too.
string(TOUPPER "CMAKE_CXX_FLAGS_${CMAKE_BUILD_TYPE}" glissade_config_flags)
separate_arguments(glissade_flags NATIVE_COMMAND "${CMAKE_CXX_FLAGS} ${${glissade_config_flags}}")
if(CMAKE_CXX_COMPILER_TARGET)
  list(PREPEND glissade_flags --target=${CMAKE_CXX_COMPILER_TARGET})
endif()
get_directory_property(glissade_options COMPILE_OPTIONS)
string(REGEX REPLACE "\\$<\\$<COMPILE_LANGUAGE:[^<>]*CXX[^<>]*>:([^<>]*)>" "\\1" glissade_options "${glissade_options}")
string(REPLACE "SHELL:" "" glissade_options "${glissade_options}")
foreach(option IN LISTS glissade_options)
  separate_arguments(option NATIVE_COMMAND "${option}")
  if(NOT option MATCHES "[<>]")
    list(APPEND glissade_flags ${option})
  elseif(option MATCHES ":-m")
    message(WARNING "Glissade cannot tell when ${option} is used, and chooses backends without it: see GLISSADE_BACKENDS")
  endif()
endforeach()
function(glissade_preprocess result)  # other options, and a file
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_ARG1} ${glissade_flags} -E -x c++ ${ARGN}
                  OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  set(${result} "${text}" PARENT_SCOPE)
endfunction()
glissade_preprocess(glissade_target_macros -dM /dev/null)

# Header-only libraries reach cross builds through links, so that no other host header comes with them.
set(GLISSADE_LIBRARY_HEADERS ${PROJECT_BINARY_DIR}/headers)
set(glissade_header_libraries hwy xsimd)
if(GLISSADE_TESTS)
  list(APPEND glissade_header_libraries nlohmann CLI flatbuffers)
endif()
foreach(library IN LISTS glissade_header_libraries)
  find_path(GLISSADE_${library}_PARENT NAMES ${library}/highway.h ${library}/xsimd.hpp ${library}/json.hpp
            ${library}/CLI.hpp ${library}/flatbuffers.h PATHS /usr/local/include /usr/include NO_CMAKE_FIND_ROOT_PATH)
  if(GLISSADE_${library}_PARENT)
    if(NOT EXISTS ${GLISSADE_${library}_PARENT}/${library})
      message(FATAL_ERROR "GLISSADE_${library}_PARENT: there is no ${GLISSADE_${library}_PARENT}/${library}")
    endif()
    file(MAKE_DIRECTORY ${GLISSADE_LIBRARY_HEADERS})
    file(CREATE_LINK ${GLISSADE_${library}_PARENT}/${library} ${GLISSADE_LIBRARY_HEADERS}/${library} SYMBOLIC)
  endif()
endforeach()

# glissade_backend(NAME <name> LANES <header> [BASELINE | QUESTION <what to ask the machine, beside the features that the flags
# use>] [TARGET <Highway's name for the instruction set>] [FLUSHES] [FLAGS ...] [DEFINITIONS ...]): this target can have it.
# BASELINE: the whole build assumes it, and the machine is not asked. FLUSHES: its vectors can only flush subnormals.
set(glissade_available_backends "")
macro(glissade_backend)
  cmake_parse_arguments(glissade_arg "FLUSHES;BASELINE" "NAME;LANES;QUESTION;TARGET" "FLAGS;DEFINITIONS" ${ARGN})
  list(APPEND glissade_available_backends ${glissade_arg_NAME})
  foreach(field IN ITEMS LANES BASELINE QUESTION TARGET FLUSHES FLAGS DEFINITIONS SPEED_FLAGS)
    set(glissade_${glissade_arg_NAME}_${field} ${glissade_arg_${field}})
  endforeach()
endmacro()

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/platform/cpu/features.inc)
# The question whether a machine has a backend: every feature that its flags let the compiler use.
function(glissade_question result name)
  set(question "")
  if(NOT glissade_${name}_BASELINE)
    # What the compiler may use is 1 then.
    glissade_preprocess(features ${glissade_${name}_FLAGS} ${PROJECT_SOURCE_DIR}/platform/cpu/features.inc)
    string(REGEX MATCHALL "GLISSADE_FEATURE\\([A-Z0-9_]+, 1," features "${features}")
    list(TRANSFORM features REPLACE "GLISSADE_FEATURE\\(([A-Z0-9_]+), 1," "cpu.\\1")
    list(APPEND question ${features})
    foreach(flag IN LISTS glissade_${name}_FLAGS)
      string(TOUPPER "${flag}" feature)
      string(REGEX REPLACE "^-M" "" feature "${feature}")
      string(REPLACE "." "_" feature "${feature}")
      if(flag MATCHES "^-m[a-z0-9.]+$" AND NOT "cpu.${feature}" IN_LIST question)
        message(FATAL_ERROR "platform/cpu/features.inc does not say how to ask for ${flag}")
      endif()
    endforeach()
  endif()
  list(APPEND question ${glissade_${name}_QUESTION})  # last: it may need the features
  if(NOT question)
    set(question true)
  endif()
  list(JOIN question " && " question)
  set(${result} "${question}" PARENT_SCOPE)
endfunction()

set(glissade_with_highway FALSE)
if(GLISSADE_USE_HIGHWAY AND GLISSADE_hwy_PARENT)
  set(glissade_with_highway TRUE)
endif()
set(glissade_highway_version 0)
if(glissade_with_highway)
  file(STRINGS ${GLISSADE_hwy_PARENT}/hwy/base.h glissade_highway_macros REGEX "define HWY_(MAJOR|MINOR) ")
  if(NOT glissade_highway_macros)
    file(STRINGS ${GLISSADE_hwy_PARENT}/hwy/highway.h glissade_highway_macros REGEX "define HWY_(MAJOR|MINOR) ")
  endif()
  string(REGEX REPLACE "[^0-9]*([0-9]+)[^0-9]+([0-9]+)" "\\1.\\2" glissade_highway_version "${glissade_highway_macros}")
endif()
set(glissade_with_xsimd FALSE)
if(GLISSADE_USE_XSIMD AND GLISSADE_xsimd_PARENT)
  set(glissade_with_xsimd TRUE)
endif()

if(glissade_target_macros MATCHES "__x86_64__ 1")
  # Highway lowers its target silently when one flag of the set is missing, and raises it when the surrounding
  # project's flags (-march=native) allow more; lanes_highway.hpp checks.
  set(glissade_sse4 -msse4.2 -maes -mpclmul)
  set(glissade_avx2 ${glissade_sse4} -mavx2 -mfma -mbmi -mbmi2 -mf16c)
  set(glissade_avx512 ${glissade_avx2} -mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl)
  if(glissade_with_highway)
    glissade_backend(NAME avx512 LANES lanes_highway.hpp TARGET HWY_AVX3 FLAGS ${glissade_avx512})
    glissade_backend(NAME avx2 LANES lanes_highway.hpp TARGET HWY_AVX2 FLAGS ${glissade_avx2} -mno-avx512f)
  endif()
  if(glissade_with_xsimd)
    glissade_backend(NAME xsimd_avx2 LANES lanes_xsimd.hpp FLAGS -mavx2 -mfma
                     DEFINITIONS GLISSADE_XSIMD_ARCH=xsimd::fma3<xsimd::avx2>)
  endif()
  if(glissade_with_highway)
    glissade_backend(NAME sse4 LANES lanes_highway.hpp TARGET HWY_SSE4 FLAGS ${glissade_sse4} -mno-avx)
  endif()
  # Or a loop of 30 bytes takes as long as its place among the cache lines has it (SGD: up to 1.7 times). A loop that is
  # only jumped to is a jump's target to GCC. A tenth more code.
  foreach(name IN ITEMS avx512 avx2 xsimd_avx2 sse4)
    set(glissade_${name}_SPEED_FLAGS -falign-loops=64 $<$<CXX_COMPILER_ID:GNU>:-falign-jumps=64>)
  endforeach()
elseif(glissade_target_macros MATCHES "__aarch64__ 1")
  # Baseline, not asked for: Highway 1.0.3 wants the AES bit before it admits to NEON, and a Raspberry Pi 4 has
  # none. Its headers must be compiled with AES; nothing here uses it.
  if(glissade_with_highway)
    foreach(bits IN ITEMS 512 256)
      glissade_backend(NAME sve${bits} LANES lanes_highway.hpp QUESTION "cpu.vector_bits() == ${bits}"
                       FLAGS -march=armv8.2-a+sve -msve-vector-bits=${bits})
    endforeach()
    glissade_backend(NAME neon LANES lanes_highway.hpp BASELINE TARGET HWY_BASELINE_NEON
                     FLAGS -march=armv8-a+crypto)
    glissade_backend(NAME sve128 LANES lanes_highway.hpp QUESTION "cpu.vector_bits() == 128"
                     FLAGS -march=armv8.2-a+sve -msve-vector-bits=128)
  endif()
  if(glissade_with_xsimd)
    glissade_backend(NAME xsimd_neon LANES lanes_xsimd.hpp BASELINE
                     DEFINITIONS GLISSADE_XSIMD_ARCH=xsimd::neon64)
  endif()
elseif(glissade_target_macros MATCHES "__ARM_ARCH_PROFILE 65" AND CMAKE_SYSTEM_NAME STREQUAL "Linux")  # 65: Cortex-A
  if(glissade_with_xsimd)  # Highway's NEON there divides by estimates
    glissade_backend(NAME neon7 LANES lanes_xsimd.hpp FLUSHES FLAGS -mfpu=neon-vfpv4 DEFINITIONS GLISSADE_XSIMD_ARCH=xsimd::neon)
  endif()
elseif(glissade_target_macros MATCHES "__riscv_xlen 64" AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # Vectors of a fixed length need clang, and Highway 1.2.
  if(glissade_with_highway AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND glissade_highway_version VERSION_GREATER_EQUAL 1.2)
    foreach(bits IN ITEMS 512 256 128)
      glissade_backend(NAME rvv${bits} LANES lanes_highway.hpp QUESTION "cpu.vector_bits() == ${bits}"
                       FLAGS -march=rv64gcv_zvl${bits}b -mrvv-vector-bits=zvl)
    endforeach()
  endif()
elseif(glissade_target_macros MATCHES "__wasm_simd128__ 1")
  glissade_backend(NAME wasm LANES lanes_wasm.hpp BASELINE)
elseif(glissade_target_macros MATCHES "__ARM_FEATURE_MVE 3")
  glissade_backend(NAME helium LANES lanes_helium.hpp BASELINE FLUSHES)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(glissade_helium_SPEED_FLAGS -fno-schedule-insns)  # or a sweep's coefficients do not fit into the registers
  endif()
elseif(glissade_target_macros MATCHES "__ARM_ARCH_PROFILE 77" AND glissade_target_macros MATCHES "__ARM_FP ")  # 77: Cortex-M
  glissade_backend(NAME vfp LANES lanes_vfp.hpp BASELINE)
endif()
glissade_backend(NAME scalar LANES lanes_scalar.hpp BASELINE)

set(glissade_backends ${GLISSADE_BACKENDS})
if(NOT glissade_backends AND CMAKE_SYSTEM_NAME STREQUAL "Generic")
  foreach(name IN LISTS glissade_available_backends)  # firmware holds one backend, and asks nothing
    if(NOT glissade_backends AND glissade_${name}_BASELINE)
      set(glissade_backends ${name})
    endif()
  endforeach()
elseif(NOT glissade_backends)
  set(glissade_backends ${glissade_available_backends})
  if(GLISSADE_SANITIZE AND NOT GLISSADE_TEST_ALL)  # sampled: one of Highway's; other presets run them all
    list(REMOVE_ITEM glissade_backends avx512 sse4)
  endif()
endif()

set(glissade_backend_entries "")
foreach(name IN LISTS glissade_backends)
  if(NOT name IN_LIST glissade_available_backends)
    message(FATAL_ERROR "GLISSADE_BACKENDS: \"${name}\" cannot be built here; these can: ${glissade_available_backends}")
  endif()
  glissade_question(glissade_asked ${name})
  string(APPEND glissade_backend_entries "GLISSADE_BACKEND_ENTRY(${name}, ${glissade_asked})\n")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/glissade_backends.inc CONTENT "${glissade_backend_entries}")

# One object library from src/kernels/kernels.cpp, as backend `name`, in namespace glissade::`namespace`; FAST: optimized for
# speed, whatever the build type says.
function(glissade_kernels target name namespace)
  set(lanes cpu/simd/${glissade_${name}_LANES})
  if(glissade_${name}_LANES MATCHES /)
    set(lanes ${glissade_${name}_LANES})
  endif()
  add_library(${target} OBJECT ${PROJECT_SOURCE_DIR}/src/kernels/kernels.cpp)
  glissade_compile(${target})
  target_include_directories(${target} SYSTEM PRIVATE ${GLISSADE_LIBRARY_HEADERS})
  target_compile_options(${target} PRIVATE ${glissade_${name}_FLAGS})
  if("FAST" IN_LIST ARGN)
    target_compile_options(${target} PRIVATE -O2 ${glissade_${name}_SPEED_FLAGS})
  else()
    target_compile_options(${target} PRIVATE $<$<NOT:$<CONFIG:MinSizeRel>>:${glissade_${name}_SPEED_FLAGS}>)
  endif()
  target_compile_definitions(${target} PRIVATE GLISSADE_BACKEND=${namespace} GLISSADE_LANES="${lanes}"
                                               GLISSADE_FLUSHES=$<BOOL:${glissade_${name}_FLUSHES}>
                                               ${glissade_${name}_DEFINITIONS})
  if(glissade_${name}_LANES STREQUAL lanes_highway.hpp AND glissade_${name}_TARGET)
    target_compile_definitions(${target} PRIVATE GLISSADE_HIGHWAY_TARGET=${glissade_${name}_TARGET})
  endif()
  if(NOT glissade_${name}_LANES MATCHES "highway|xsimd")
    target_compile_options(${target} PRIVATE -ffreestanding)  # those two include a whole standard library
    # Scalar is the reference: never vectorized behind our back (GCC takes Helium, which flushes, at -O2).
    target_compile_options(${target} PRIVATE -fno-tree-vectorize $<$<CXX_COMPILER_ID:Clang>:-fno-slp-vectorize>)
  endif()
endfunction()
