// SPDX-License-Identifier: Apache-2.0
#ifndef GLISSADE_SRC_REPLAY_HPP
#define GLISSADE_SRC_REPLAY_HPP

#include "glissade/glissade.hpp"

namespace glissade {

// Bytes of a sample's label or target.
inline uint32_t replay_label_bytes(const gls_replay& replay) {
  return replay.classes == 0 ? replay.target_bytes : 1;
}

// Are the buffers there, and do all sizes and counts fit?
Status check_replay(const gls_replay* replay);

}  // namespace glissade

#endif
