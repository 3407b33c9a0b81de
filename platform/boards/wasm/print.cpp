// SPDX-License-Identifier: Apache-2.0
#include "boards/console.hpp"

// Given by run.mjs.
extern "C" __attribute__((import_module("host"), import_name("print"))) void host_print(const char* text);

void glissade::print(const char* text) { host_print(text); }
