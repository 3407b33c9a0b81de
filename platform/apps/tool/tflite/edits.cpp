// SPDX-License-Identifier: Apache-2.0
#include "apps/tool/tflite/edits.hpp"

#include <map>

namespace glissade {

void Edits::set(const void* place, const std::string& bytes, const std::string& where) {
  edits_.push_back({model_.offset_of(place), bytes, where, 1});
}

// Those of one place are one, with as many users.
std::vector<Edits::Edit> Edits::in_order() const {
  std::multimap<size_t, Edit> all;  // of equal places, in the order in which they came
  for (const Edit& edit : edits_) all.emplace(edit.at, edit);
  std::vector<Edit> result;
  for (auto& [place, edit] : all) {
    if (!result.empty() && edit.at < result.back().at + result.back().bytes.size()) {
      Edit& last = result.back();
      if (edit.at != last.at || edit.bytes != last.bytes)
        throw Refused(Refusal::kSharedVector, edit.where, last.where);
      ++last.users;
    } else {
      result.push_back(std::move(edit));
    }
  }
  return result;
}

// How many parts overlap each edit.
std::vector<int64_t> Edits::users_of(const std::vector<Edit>& edits) const {
  std::vector<int64_t> users(edits.size() + 1);  // differences first
  for (const Part& part : model_.parts()) {
    const auto first = std::partition_point(edits.begin(), edits.end(), [&](const Edit& edit) {
      return edit.at + edit.bytes.size() <= part.begin;
    });
    const auto end =
        std::partition_point(first, edits.end(), [&](const Edit& edit) { return edit.at < part.end; });
    ++users[static_cast<size_t>(first - edits.begin())];
    --users[static_cast<size_t>(end - edits.begin())];
  }
  for (size_t i = 1; i < users.size(); ++i) users[i] += users[i - 1];
  return users;
}

void Edits::check_alone() const {
  const std::vector<Edit> edits = in_order();
  const std::vector<int64_t> users = users_of(edits);
  for (size_t i = 0; i < edits.size(); ++i) {
    if (users[i] != edits[i].users) throw Refused(Refusal::kSharedVector, edits[i].where);
  }
}

std::string Edits::apply(size_t* left) const {
  const std::vector<Edit> edits = in_order();
  const std::vector<int64_t> users = users_of(edits);
  std::string bytes = model_.bytes();
  *left = 0;
  for (size_t i = 0; i < edits.size(); ++i) {
    const Edit& edit = edits[i];
    if (users[i] == edit.users) {
      bytes.replace(edit.at, edit.bytes.size(), edit.bytes);
    } else if (edit.where.empty()) {
      *left += static_cast<size_t>(edit.users);
    } else if (bytes.compare(edit.at, edit.bytes.size(), edit.bytes) != 0) {
      throw Refused(Refusal::kSharedVector, edit.where);
    }
  }
  const ModelFile verified(bytes);
  return bytes;
}

}  // namespace glissade
