// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "console.hpp"

void glissade::print(const char* text) { fputs(text, stdout); }
