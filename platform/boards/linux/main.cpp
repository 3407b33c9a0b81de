// SPDX-License-Identifier: Apache-2.0
// Starts a program that boards run too.
#include "boards/console.hpp"

int main(int argument_count, char** arguments) { return program(argument_count, arguments); }
