# SPDX-License-Identifier: Apache-2.0
# Cortex-M55 with Helium, by clang; the compiler's helpers are those of Debian's gcc-arm-none-eabi. Tests run on Arm's MPS3
# board with image AN547.
set(GLISSADE_CORE_FLAGS "-mcpu=cortex-m55 -mfloat-abi=hard")
set(GLISSADE_BOARD mps3-an547)
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_C_COMPILER_TARGET arm-none-eabi)
set(CMAKE_CXX_COMPILER_TARGET arm-none-eabi)
execute_process(COMMAND arm-none-eabi-gcc -mcpu=cortex-m55 -mfloat-abi=hard -mthumb -print-libgcc-file-name
                OUTPUT_VARIABLE libgcc OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
get_filename_component(libgcc ${libgcc} DIRECTORY)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-fuse-ld=lld-19 -L${libgcc}")
