# SPDX-License-Identifier: Apache-2.0
# 64-bit RISC-V Linux with vectors where the processor has them: clang's, over Debian's g++-riscv64-linux-gnu. Tests run
# under QEMU with vectors of 256 bits.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR riscv64)
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_C_COMPILER_TARGET riscv64-linux-gnu)
set(CMAKE_CXX_COMPILER_TARGET riscv64-linux-gnu)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static -fuse-ld=lld-19")  # GNU ld 2.40 does not know these extensions
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-riscv64 -cpu "rv64,v=true,vlen=256,vext_spec=v1.0")
