# SPDX-License-Identifier: Apache-2.0
# Cortex-M0 and M0+: no FPU, no hardware divide. Tests run on the BBC micro:bit (16 KB RAM).
set(GLISSADE_CORE_FLAGS "-mcpu=cortex-m0 -mfloat-abi=soft")
set(GLISSADE_BOARD microbit)
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
