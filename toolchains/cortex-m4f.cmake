# SPDX-License-Identifier: Apache-2.0
# Cortex-M4 with its single-precision FPU. Tests run on Arm's MPS2 board with image AN386.
set(GLISSADE_CORE_FLAGS "-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16")
set(GLISSADE_BOARD mps2-an386)
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
