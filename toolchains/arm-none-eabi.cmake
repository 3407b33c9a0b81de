# SPDX-License-Identifier: Apache-2.0
# Common part of the Cortex-M toolchains: Debian's gcc-arm-none-eabi, no C library. The including file sets
# GLISSADE_CORE_FLAGS, and GLISSADE_BOARD, the emulated board that runs the tests.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_FLAGS_INIT "${GLISSADE_CORE_FLAGS} -mthumb")
set(CMAKE_CXX_FLAGS_INIT "${GLISSADE_CORE_FLAGS} -mthumb")
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-system-arm -M ${GLISSADE_BOARD} -display none -monitor none -serial null
    -semihosting-config enable=on,target=native -kernel)
