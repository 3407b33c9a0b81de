# SPDX-License-Identifier: Apache-2.0
# What the compilers of the presets say of our own builds, all errors: whatever they know, but what stands here with its
# reason. Other versions know other things, and builds for other machines have other sizes; they say what every version does.
set(glissade_warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
set(glissade_program_warnings "")  # beside the library: programs and tests, on top of these
if(CMAKE_CROSSCOMPILING)
  return()
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION MATCHES "^19\\.")
  list(APPEND glissade_warnings -Weverything
    -Wno-c++98-compat-pedantic         # the code is C++17 ...
    -Wno-declaration-after-statement   # ... and C99
    -Wno-unsafe-buffer-usage           # the interface is C's: a pointer and a count
    -Wno-padded                        # a structure that is saved, or part of the ABI, has static_asserts
    -Wno-switch-default                # a switch over all values has none, so that -Wswitch sees a new one
    -Wno-used-but-marked-unused        # Highway's and GoogleTest's functions are marked so
    # A header's functions and classes in an unnamed namespace are not used whole by every file.
    -Wno-unused-member-function -Wno-unneeded-member-function -Wno-unused-template
    -Wno-disabled-macro-expansion      # the C library's errno, by some headers
    -Wno-unused-macros)                # which macros a list expands depends on the target
  list(APPEND glissade_program_warnings
    -Wno-global-constructors -Wno-exit-time-destructors -Wno-weak-vtables  # programs have a C++ library; GoogleTest's tests are globals
    -Wno-float-equal                   # tests compare bits
    -Wno-header-hygiene                # a test that includes a source, to replace what it calls
    -Wno-double-promotion              # tests compute in double and long double what the library has in float
    -Wno-deprecated-declarations       # nlohmann's json meets its own
    -Wno-sign-conversion               # small numbers as arguments
    -Wno-c++20-extensions              # GoogleTest's macros leave arguments out
    -Wno-comma                         # short statements of one loop
    -Wno-undefined-reinterpret-cast)   # vectors of the compiler over floats: they may alias
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION MATCHES "^12\\.")
  list(APPEND glissade_warnings
    -Wsign-conversion -Warith-conversion -Wdouble-promotion -Wduplicated-cond -Wduplicated-branches -Wlogical-op
    -Wnull-dereference -Wformat=2 -Wformat-signedness -Wcast-qual -Wredundant-decls -Wmissing-declarations -Wundef
    -Walloca -Wvla -Wdate-time -Wimplicit-fallthrough=5 -Warray-bounds=2 -Wshift-overflow=2 -Wstringop-overflow=4
    $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast;-Wnon-virtual-dtor;-Woverloaded-virtual;-Wextra-semi;-Wsuggest-override;-Wzero-as-null-pointer-constant;-Wctor-dtor-privacy;-Wmismatched-tags;-Wcomma-subscript;-Wvolatile;-Wdeprecated-copy-dtor;-Wplacement-new=2;-Wcatch-value=3;-Wconditionally-supported;-Wsign-promo>
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes;-Wold-style-definition;-Wbad-function-cast;-Wjump-misses-init;-Wnested-externs>)
  # Not -Wuseless-cast: a cast may be of use on another target. Not -Weffc++, -Wcast-align=strict: more noise than faults.
  list(APPEND glissade_program_warnings
    -Wno-double-promotion              # as above
    -Wno-sign-conversion               # as above
    -Wno-arith-conversion              # sizeof in a sum of uint32_t
    -Wno-null-dereference)             # inlined from other libraries' headers
endif()
