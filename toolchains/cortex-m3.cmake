# SPDX-License-Identifier: Apache-2.0
# Cortex-M3: no FPU. Tests run on Arm's MPS2 board with image AN385.
set(GLISSADE_CORE_FLAGS "-mcpu=cortex-m3 -mfloat-abi=soft")
set(GLISSADE_BOARD mps2-an385)
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
