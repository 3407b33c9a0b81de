// SPDX-License-Identifier: Apache-2.0
// Text files of numbers, a record per line. Blank lines, lines that begin with #, blanks around a field, a
// byte order mark at the start and carriage returns at the ends of lines are taken, and mean nothing.
#ifndef GLISSADE_PLATFORM_LINUX_LINES_HPP
#define GLISSADE_PLATFORM_LINUX_LINES_HPP

#include <string>
#include <vector>

namespace glissade {

struct Field {
  std::string text, where;  // where: "file:line:column" of its first character, counted from 1 in bytes
};

class Lines {
 public:
  explicit Lines(const std::string& path);  // "-": standard input
  Lines(std::string path, std::string text);  // text: what is in the file

  // The next line's fields, between commas where there are any; empty: the file has ended.
  std::vector<Field> next();

  // "file:line" of the last one; of what is behind it where the file has ended.
  std::string where() const;

 private:
  std::string path_, text_;
  size_t at_ = 0, number_ = 0;
};

}  // namespace glissade

#endif
