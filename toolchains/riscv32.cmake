# SPDX-License-Identifier: Apache-2.0
# 32-bit RISC-V without FPU. Tests run on QEMU's virt machine.
set(GLISSADE_CORE_FLAGS "-march=rv32imac -mabi=ilp32")
include(${CMAKE_CURRENT_LIST_DIR}/riscv-unknown-elf.cmake)
