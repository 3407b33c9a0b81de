// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/lines.hpp"

#include "apps/tool/files.hpp"
#include "apps/tool/text.hpp"

namespace glissade {

Lines::Lines(const std::string& path) : Lines(path, read_file(path)) {}

Lines::Lines(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
  const std::string mark = "\xef\xbb\xbf";
  if (text_.compare(0, mark.size(), mark) == 0) text_.erase(0, mark.size());
}

std::string Lines::where() const { return path_ + ":" + std::to_string(number_); }

std::vector<Field> Lines::next() {
  while (at_ < text_.size()) {
    const size_t end = std::min(text_.find('\n', at_), text_.size());
    std::string line = text_.substr(at_, end - at_);
    at_ = end + 1;
    ++number_;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::string content = trimmed(line);
    if (content.empty() || content[0] == '#') continue;
    std::vector<Field> fields;
    size_t column = 1;
    for (const std::string& part : split(line, ',')) {
      const size_t blanks = std::min(part.find_first_not_of(" \t"), part.size());
      fields.push_back({trimmed(part), where() + ":" + std::to_string(column + blanks)});
      column += part.size() + 1;
    }
    return fields;
  }
  ++number_;
  return {};
}

}  // namespace glissade
