# SPDX-License-Identifier: Apache-2.0
# Cortex-M33 with its FPU, in the secure state. Tests run on Arm's MPS2 board with image AN505.
set(GLISSADE_CORE_FLAGS "-mcpu=cortex-m33 -mfloat-abi=hard -mfpu=fpv5-sp-d16")
set(GLISSADE_BOARD mps2-an505)
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
