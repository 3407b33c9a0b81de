# SPDX-License-Identifier: Apache-2.0
# Common part of the 32-bit RISC-V toolchains: Debian's gcc-riscv64-unknown-elf, no C or C++ library.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv32)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_CXX_COMPILER riscv64-unknown-elf-g++)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_FLAGS_INIT "${GLISSADE_CORE_FLAGS} -mcmodel=medany")
set(CMAKE_CXX_FLAGS_INIT "${GLISSADE_CORE_FLAGS} -mcmodel=medany")
set(GLISSADE_BOARD riscv-virt)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-system-riscv32 -M virt -bios none -display none -monitor none -serial null
    -semihosting-config enable=on,target=native -kernel)
