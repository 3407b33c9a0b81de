// SPDX-License-Identifier: Apache-2.0
// Any bytes as what `glissade convert` reads, into all that it writes. Saved bytes are tried with right
// checksums too.
#include "apps/tool/commands.hpp"
#include "apps/tool/convert/layers.hpp"
#include "apps/tool/text.hpp"
#include "file.hpp"
#include "fuzz/forged.hpp"

namespace {

void convert_all(const std::vector<uint8_t>& bytes) {
  using glissade::ConvertTo;
  for (const ConvertTo to : {ConvertTo::kByName, ConvertTo::kSafetensors, ConvertTo::kSaved,
                             ConvertTo::kHeader, ConvertTo::kTable}) {
    glissade::read_as_file(bytes.data(), bytes.size(), [to](const std::string& path) {
      glissade::ConvertOptions options;
      options.from = path;
      options.to = to;
      options.group = 0;
      options.leave_out = true;
      glissade::convert(options);
    });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::vector<uint8_t> file(bytes, bytes + size);
  convert_all(file);
  if (size > 32 && bytes[0] == 'G') {
    glissade::test::fix_checksums(file.data(), file.size());
    convert_all(file);
  }
  // And as layers.
  try {
    const std::string text(bytes, bytes + size);
    const glissade::LayerMap layers(text, "layers");
    if (layers.parts().empty()) abort();
  } catch (const std::runtime_error& error) {
    if (glissade::visible(error.what()).empty()) abort();
  }
  return 0;
}
