// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/safetensors/strict_json.hpp"

#include <set>
#include <stdexcept>
#include <vector>

#include "apps/tool/text.hpp"

namespace glissade {

nlohmann::json parse_strictly(const std::string& text, int deepest, const std::string& what) {
  using Json = nlohmann::json;
  using Event = Json::parse_event_t;
  std::vector<std::set<std::string>> names;  // of each object that is open
  const auto look = [&](int depth, Event event, const Json& parsed) {
    if (depth > deepest) throw std::runtime_error(what + ": nested too deeply");
    if (event == Event::object_start) names.emplace_back();
    if (event == Event::object_end) names.pop_back();
    if (event == Event::key && !names.back().insert(parsed.get<std::string>()).second)
      throw std::runtime_error(what + ": " + quoted(parsed.get<std::string>()) + " a second time");
    return true;
  };
  try {
    return Json::parse(text, look);
  } catch (const Json::exception& error) {
    throw std::runtime_error(what + ": " + error.what());
  }
}

}  // namespace glissade
