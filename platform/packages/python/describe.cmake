# SPDX-License-Identifier: Apache-2.0
# Writes a C file that holds what an interpreter must know of the C face: its declarations, as the C preprocessor leaves
# them, and the place of each struct's fields, for the compiler to fill in:
#   cmake -DOUTPUT=<C file> -DCOMPILER=<C compiler> -DINCLUDE=<include folder> -P describe.cmake
set(headers backend.h base.h formats.h optimizer.h rules/list.h storage/saved.h)
list(TRANSFORM headers REPLACE "(.+)" "#include \"glissade/\\1\"\n")
list(APPEND headers "GLS_FUNCTION uint32_t gls_version(void);\n")
list(JOIN headers "" includes)
file(WRITE ${OUTPUT}.h "${includes}")
execute_process(COMMAND ${COMPILER} -E -std=c99 -xc -I${INCLUDE} ${OUTPUT}.h OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)

# Of system headers nothing: each line belongs to the file that the last line marker names. CMake's lists know ';' and '['.
string(REPLACE ";" "@" text "${text}")
string(REPLACE "[" "{{" text "${text}")
string(REPLACE "]" "}}" text "${text}")
string(REPLACE "\n" ";" lines "${text}")
set(ours FALSE)
set(text "")
foreach(line IN LISTS lines)
  if(line MATCHES "^# [0-9]+ \"(.*)\"")
    set(ours FALSE)
    if(CMAKE_MATCH_1 MATCHES "/glissade/[a-z0-9_/]+\\.h$" OR CMAKE_MATCH_1 STREQUAL "${OUTPUT}.h")
      set(ours TRUE)
    endif()
  elseif(ours)
    string(APPEND text " ${line}")
  endif()
endforeach()
string(REGEX REPLACE "typedef char gls_assertion_[^@]*@" "" text "${text}")
string(REGEX REPLACE "__attribute__\\(\\(([^()]|\\([^()]*\\))*\\)\\)" "" text "${text}")
string(REGEX REPLACE "[ \t]+" " " text "${text}")
string(REGEX REPLACE "struct gls_probe {[^}]*} ?@" "" text "${text}")

# A struct's fields are each what stands before a ';', in its last word, without a star or the count of an array.
set(layout "")
string(REGEX MATCHALL "typedef struct [a-z0-9_]+ {[^}]*({{[^}]*}}[^}]*)*} [a-z0-9_]+ ?@" structs "${text}")
foreach(struct IN LISTS structs)
  string(REGEX MATCH "^typedef struct ([a-z0-9_]+) {(.*)} [a-z0-9_]+ ?@$" struct "${struct}")
  set(name ${CMAKE_MATCH_1})
  string(REGEX REPLACE "{{[^}]*}}" "" fields "${CMAKE_MATCH_2}")
  string(REGEX MATCHALL "[a-z0-9_]+ ?@" fields "${fields}")
  string(APPEND layout "    {\"${name}\", sizeof(${name})},\n")
  foreach(field IN LISTS fields)
    string(REGEX REPLACE " ?@" "" field "${field}")
    string(APPEND layout "    {\"${name}.${field}\", offsetof(${name}, ${field})},\n")
  endforeach()
endforeach()

string(REPLACE "{{" "[" text "${text}")
string(REPLACE "}}" "]" text "${text}")
string(REPLACE "@" ";\",\n    \"" text "${text}")
file(WRITE ${OUTPUT} "/* Made by describe.cmake. */
#include <stddef.h>

#include \"glissade/glissade.h\"

typedef struct gls_place {
  const char* name;
  size_t bytes;
} gls_place;

extern const char* const gls_declarations[];
extern const gls_place gls_layout[];

/* The C face in lines, and a null pointer. */
const char* const gls_declarations[] = {
    \"${text}\",
    0};

/* A struct and its size, then its fields and their offsets; and so on, and a null pointer. */
const gls_place gls_layout[] = {
${layout}    {0, 0}};
")
