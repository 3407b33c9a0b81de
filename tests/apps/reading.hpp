// SPDX-License-Identifier: Apache-2.0
// For tests of readers: texts as files, and what is said of them.
#ifndef GLISSADE_TESTS_READING_HPP
#define GLISSADE_TESTS_READING_HPP

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

inline std::string file_of(const std::string& text) {
  const std::string path = GLISSADE_WORK "_input";
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

inline std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// What is said of text; empty: it is taken.
template <class Read>
std::string said(const std::string& text, Read read) {
  const std::string path = file_of(text);
  testing::internal::CaptureStdout();
  std::string result;
  try {
    read(path);
  } catch (const std::exception& error) {
    result = error.what();
    if (result.compare(0, path.size(), path) == 0) result.erase(0, path.size());
  }
  testing::internal::GetCapturedStdout();
  return result;
}

#endif
