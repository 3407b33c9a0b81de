// SPDX-License-Identifier: Apache-2.0
// What is given by name: rules with their parameters, schedules with theirs; and how it stands in messages.
#include <stdlib.h>

#include "apps/tool/any_rule.hpp"
#include "apps/tool/commands.hpp"
#include "apps/tool/text.hpp"
#include "file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const std::string shown = glissade::visible(text);
  if (glissade::visible(shown) != shown) abort();
  for (const char c : shown) {
    if (c >= 0 && c < ' ') abort();
  }
  glissade::read_as_file(bytes, 0, [&](const std::string&) { glissade::make_rule(text, 3); });
  glissade::read_as_file(bytes, 0, [&](const std::string&) {
    const std::vector<std::string> words = glissade::split(text, ' ');
    glissade::schedule({words[0], "", {words.begin() + 1, words.end()}, 3});
  });
  return 0;
}
