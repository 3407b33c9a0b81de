// SPDX-License-Identifier: Apache-2.0
// JSON in which each name of an object stands once.
#ifndef GLISSADE_PLATFORM_STRICT_JSON_HPP
#define GLISSADE_PLATFORM_STRICT_JSON_HPP

#include <nlohmann/json.hpp>
#include <string>

namespace glissade {

// deepest: how many lists and objects may be in each other. std::runtime_error begins with `what`.
nlohmann::json parse_strictly(const std::string& text, int deepest, const std::string& what);

}  // namespace glissade

#endif
