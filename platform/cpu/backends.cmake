# SPDX-License-Identifier: Apache-2.0
# The list of backends: which ones this build has, and how each object is compiled from src/kernels/kernels.cpp.
#
# GLISSADE_BACKENDS chooses some of them, in order of preference; empty is all that the target and the found
# libraries allow. With one backend the library contains no choice and asks the machine nothing.
set(GLISSADE_BACKENDS "" CACHE STRING "Backends to build, preferred first; empty: all that this target can have")
option(GLISSADE_USE_HIGHWAY "Build Highway's backends where Highway is found" ON)
option(GLISSADE_USE_XSIMD "Build xsimd's backends where xsimd is found" ON)

# What the compiler says about the target.
separate_arguments(flags NATIVE_COMMAND "${CMAKE_CXX_FLAGS}")
if(CMAKE_CXX_COMPILER_TARGET)
  list(PREPEND flags --target=${CMAKE_CXX_COMPILER_TARGET})
endif()
execute_process(COMMAND ${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_ARG1} ${flags} -dM -E -x c++ /dev/null
                OUTPUT_VARIABLE target_macros COMMAND_ERROR_IS_FATAL ANY)

# Header-only libraries reach cross builds through links, so that no other host header comes with them.
set(GLISSADE_LIBRARY_HEADERS ${PROJECT_BINARY_DIR}/headers)
set(header_libraries hwy xsimd)
if(GLISSADE_TESTS)
  list(APPEND header_libraries nlohmann CLI)
endif()
foreach(library IN LISTS header_libraries)
  find_path(GLISSADE_${library}_PARENT NAMES ${library}/highway.h ${library}/xsimd.hpp ${library}/json.hpp
            ${library}/CLI.hpp NO_CMAKE_FIND_ROOT_PATH)
  if(GLISSADE_${library}_PARENT)
    if(NOT EXISTS ${GLISSADE_${library}_PARENT}/${library})
      message(FATAL_ERROR "GLISSADE_${library}_PARENT: there is no ${GLISSADE_${library}_PARENT}/${library}")
    endif()
    file(MAKE_DIRECTORY ${GLISSADE_LIBRARY_HEADERS})
    file(CREATE_LINK ${GLISSADE_${library}_PARENT}/${library} ${GLISSADE_LIBRARY_HEADERS}/${library} SYMBOLIC)
  endif()
endforeach()
find_library(GLISSADE_HWY_LIBRARY hwy)

# glissade_backend(NAME <name> LANES <header> CARRIER <who knows whether the processor has it: highway|xsimd|linux|
# baseline> [TARGET <its name for the instruction set>] [FLUSHES] [FLAGS ...] [DEFINITIONS ...]): this target can have it.
# FLUSHES: its vectors can only flush subnormals.
set(available_backends "")
macro(glissade_backend)
  cmake_parse_arguments(arg "FLUSHES" "NAME;LANES;CARRIER;TARGET" "FLAGS;DEFINITIONS" ${ARGN})
  list(APPEND available_backends ${arg_NAME})
  foreach(field IN ITEMS LANES CARRIER TARGET FLUSHES FLAGS DEFINITIONS)
    set(${arg_NAME}_${field} ${arg_${field}})
  endforeach()
endmacro()

set(with_highway FALSE)
if(GLISSADE_USE_HIGHWAY AND GLISSADE_hwy_PARENT)
  set(with_highway TRUE)
endif()
set(GLISSADE_HWY_VERSION 0)
if(with_highway)
  file(STRINGS ${GLISSADE_hwy_PARENT}/hwy/base.h macros REGEX "define HWY_(MAJOR|MINOR) ")
  if(NOT macros)
    file(STRINGS ${GLISSADE_hwy_PARENT}/hwy/highway.h macros REGEX "define HWY_(MAJOR|MINOR) ")
  endif()
  string(REGEX REPLACE "[^0-9]*([0-9]+)[^0-9]+([0-9]+)" "\\1.\\2" GLISSADE_HWY_VERSION "${macros}")
endif()
set(with_xsimd FALSE)
if(GLISSADE_USE_XSIMD AND GLISSADE_xsimd_PARENT)
  set(with_xsimd TRUE)
endif()

if(target_macros MATCHES "__x86_64__ 1")
  # Highway lowers its target silently when one flag of the set is missing, and raises it when the surrounding
  # project's flags (-march=native) allow more; lanes_highway.hpp checks.
  set(sse4 -msse4.2 -maes -mpclmul)
  set(avx2 ${sse4} -mavx2 -mfma -mbmi -mbmi2 -mf16c)
  set(avx512 ${avx2} -mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl)
  if(NOT GLISSADE_HWY_LIBRARY)
    set(with_highway FALSE)  # its processor detection is in the library
  endif()
  if(with_highway)
    glissade_backend(NAME avx512 LANES lanes_highway.hpp CARRIER highway TARGET HWY_AVX3 FLAGS ${avx512})
    glissade_backend(NAME avx2 LANES lanes_highway.hpp CARRIER highway TARGET HWY_AVX2 FLAGS ${avx2} -mno-avx512f)
  endif()
  if(with_xsimd)
    glissade_backend(NAME xsimd_avx2 LANES lanes_xsimd.hpp CARRIER xsimd TARGET fma3_avx2 FLAGS -mavx2 -mfma
                     DEFINITIONS GLISSADE_XSIMD_ARCH=xsimd::fma3<xsimd::avx2>)
  endif()
  if(with_highway)
    glissade_backend(NAME sse4 LANES lanes_highway.hpp CARRIER highway TARGET HWY_SSE4 FLAGS ${sse4} -mno-avx)
  endif()
  # Or a loop of 30 bytes takes as long as its place among the cache lines has it (SGD: up to 1.7 times). A loop that is
  # only jumped to is a jump's target to GCC. A tenth more code.
  foreach(name IN ITEMS avx512 avx2 xsimd_avx2 sse4)
    set(${name}_SPEED_FLAGS -falign-loops=64 $<$<CXX_COMPILER_ID:GNU>:-falign-jumps=64>)
  endforeach()
elseif(target_macros MATCHES "__aarch64__ 1")
  # Baseline, not asked for: Highway 1.0.3 wants the AES bit before it admits to NEON, and a Raspberry Pi 4 has
  # none. Its headers must be compiled with AES; nothing here uses it.
  if(with_highway)
    foreach(bits IN ITEMS 512 256)
      glissade_backend(NAME sve${bits} LANES lanes_highway.hpp CARRIER linux TARGET "sve_bits() == ${bits}"
                       FLAGS -march=armv8.2-a+sve -msve-vector-bits=${bits})
    endforeach()
    glissade_backend(NAME neon LANES lanes_highway.hpp CARRIER baseline TARGET HWY_BASELINE_NEON
                     FLAGS -march=armv8-a+crypto)
    glissade_backend(NAME sve128 LANES lanes_highway.hpp CARRIER linux TARGET "sve_bits() == 128"
                     FLAGS -march=armv8.2-a+sve -msve-vector-bits=128)
  endif()
  if(with_xsimd)
    glissade_backend(NAME xsimd_neon LANES lanes_xsimd.hpp CARRIER baseline
                     DEFINITIONS GLISSADE_XSIMD_ARCH=xsimd::neon64)
  endif()
elseif(target_macros MATCHES "__ARM_ARCH_PROFILE 65" AND CMAKE_SYSTEM_NAME STREQUAL "Linux")  # 65: Cortex-A
  if(with_xsimd)  # Highway's NEON there divides by estimates
    glissade_backend(NAME neon7 LANES lanes_xsimd.hpp CARRIER linux TARGET "neon_with_fma()"
                     FLUSHES FLAGS -mfpu=neon-vfpv4 DEFINITIONS GLISSADE_XSIMD_ARCH=xsimd::neon)
  endif()
elseif(target_macros MATCHES "__riscv_xlen 64" AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # Vectors of a fixed length need clang, and Highway 1.2.
  if(with_highway AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND GLISSADE_HWY_VERSION VERSION_GREATER_EQUAL 1.2)
    foreach(bits IN ITEMS 512 256 128)
      glissade_backend(NAME rvv${bits} LANES lanes_highway.hpp CARRIER linux TARGET "rvv_bits() == ${bits}"
                       FLAGS -march=rv64gcv_zvl${bits}b -mrvv-vector-bits=zvl)
    endforeach()
  endif()
elseif(target_macros MATCHES "__wasm_simd128__ 1")
  glissade_backend(NAME wasm LANES lanes_wasm.hpp CARRIER baseline)
elseif(target_macros MATCHES "__ARM_FEATURE_MVE 3")
  glissade_backend(NAME helium LANES lanes_helium.hpp CARRIER baseline FLUSHES)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(helium_SPEED_FLAGS -fno-schedule-insns)  # or a sweep's coefficients do not fit into the registers
  endif()
elseif(target_macros MATCHES "__ARM_ARCH_PROFILE 77" AND target_macros MATCHES "__ARM_FP ")  # 77: Cortex-M
  glissade_backend(NAME vfp LANES lanes_vfp.hpp CARRIER baseline)
endif()
glissade_backend(NAME scalar LANES lanes_scalar.hpp CARRIER baseline)

set(backends ${GLISSADE_BACKENDS})
if(NOT backends AND CMAKE_SYSTEM_NAME STREQUAL "Generic")
  list(GET available_backends 0 backends)  # firmware holds one backend
elseif(NOT backends)
  set(backends ${available_backends})
endif()

foreach(name IN LISTS backends)
  if(NOT name IN_LIST available_backends)
    message(FATAL_ERROR "GLISSADE_BACKENDS: \"${name}\" cannot be built here; these can: ${available_backends}")
  endif()
  list(APPEND carriers ${${name}_CARRIER})
  string(APPEND backend_entries "GLISSADE_BACKEND_ENTRY(${name}, ${${name}_CARRIER}, ${${name}_TARGET})\n")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/glissade_backends.inc CONTENT "${backend_entries}")

# One object library from src/kernels/kernels.cpp, as backend `name`, in namespace glissade::`namespace`; FAST: optimized for
# speed, whatever the build type says.
function(glissade_kernels target name namespace)
  set(lanes cpu/simd/${${name}_LANES})
  if(${name}_LANES MATCHES /)
    set(lanes ${${name}_LANES})
  endif()
  add_library(${target} OBJECT ${PROJECT_SOURCE_DIR}/src/kernels/kernels.cpp)
  glissade_compile(${target})
  target_include_directories(${target} SYSTEM PRIVATE ${GLISSADE_LIBRARY_HEADERS})
  target_compile_options(${target} PRIVATE ${${name}_FLAGS})
  if("FAST" IN_LIST ARGN)
    target_compile_options(${target} PRIVATE -O2 ${${name}_SPEED_FLAGS})
  else()
    target_compile_options(${target} PRIVATE $<$<NOT:$<CONFIG:MinSizeRel>>:${${name}_SPEED_FLAGS}>)
  endif()
  target_compile_definitions(${target} PRIVATE GLISSADE_BACKEND=${namespace} GLISSADE_LANES="${lanes}"
                                               GLISSADE_FLUSHES=$<BOOL:${${name}_FLUSHES}>
                                               ${${name}_DEFINITIONS})
  if(${name}_LANES STREQUAL lanes_highway.hpp AND NOT ${name}_CARRIER STREQUAL linux)
    target_compile_definitions(${target} PRIVATE GLISSADE_HIGHWAY_TARGET=${${name}_TARGET})
  endif()
  if(NOT ${name}_LANES MATCHES "highway|xsimd")
    target_compile_options(${target} PRIVATE -ffreestanding)  # those two include a whole standard library
    # Scalar is the reference: never vectorized behind our back (GCC takes Helium, which flushes, at -O2).
    target_compile_options(${target} PRIVATE -fno-tree-vectorize $<$<CXX_COMPILER_ID:Clang>:-fno-slp-vectorize>)
  endif()
endfunction()
