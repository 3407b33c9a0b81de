# SPDX-License-Identifier: Apache-2.0
# Cortex-M55 with Helium. Tests run on Arm's MPS3 board with image AN547.
set(GLISSADE_CORE_FLAGS "-mcpu=cortex-m55 -mfloat-abi=hard -mfpu=auto")
set(GLISSADE_BOARD mps3-an547)
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
