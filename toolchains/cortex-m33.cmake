# SPDX-License-Identifier: Apache-2.0
# Cortex-M33 without FPU and DSP extension, in the secure state. Tests run on Arm's MPS2 board with image AN521.
set(GLISSADE_CORE_FLAGS "-mcpu=cortex-m33+nodsp -mfloat-abi=soft")
set(GLISSADE_BOARD mps2-an521)
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
