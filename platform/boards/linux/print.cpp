// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "boards/console.hpp"

void glissade::print(const char* text) { fputs(text, stdout); }
