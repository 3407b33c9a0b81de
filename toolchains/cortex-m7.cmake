# SPDX-License-Identifier: Apache-2.0
# Cortex-M7 with its single-precision FPU (-mfpu=fpv5-d16 where yours has double). Tests run on Arm's MPS2 board
# with image AN500.
set(GLISSADE_CORE_FLAGS "-mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-sp-d16")
set(GLISSADE_BOARD mps2-an500)
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
