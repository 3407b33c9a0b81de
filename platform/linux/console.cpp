// SPDX-License-Identifier: Apache-2.0
#include "console.hpp"

#include <stdio.h>

void glissade::print(const char* text) { fputs(text, stdout); }

int main(int argument_count, char** arguments) { return program(argument_count, arguments); }
