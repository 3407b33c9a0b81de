// SPDX-License-Identifier: Apache-2.0
// The demo's int8 models: the vowel network, trained on everybody but one speaker, as a .tflite file.
#ifndef GLISSADE_PLATFORM_LINUX_SHIPPED_HPP
#define GLISSADE_PLATFORM_LINUX_SHIPPED_HPP

#include <string>
#include <vector>

#include "apps/demo/int8_jobs.hpp"
#include "apps/tool/vowels.hpp"

namespace glissade {
namespace demo {

// A file, and where the layers are in it.
class MadeModel {
 public:
  // Of the first so many vowels. The same bits every time, everywhere.
  MadeModel(const std::vector<Speaker>& speakers, int owner, size_t vowels);

  ShippedFile file() const;

 private:
  std::vector<uint64_t> bytes_;  // aligned for an engine, but for what is behind size_
  size_t size_;
  LayerAt hidden_, head_;
};

// The C++ header that firmware includes: both jobs' files, as bytes.
std::string write_shipped(const MadeModel& all, const MadeModel& some, int owner_number);

}  // namespace demo
}  // namespace glissade

#endif
