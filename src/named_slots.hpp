// SPDX-License-Identifier: Apache-2.0
// For the rules' C functions, by a rule's number of slots: their declarations, and their names as parts of an
// array.
#ifndef GLISSADE_SRC_NAMED_SLOTS_HPP
#define GLISSADE_SRC_NAMED_SLOTS_HPP

#define GLISSADE_NAMED_SLOTS_0(type)
#define GLISSADE_NAMED_SLOTS_1(type) type *slot0,
#define GLISSADE_NAMED_SLOTS_2(type) GLISSADE_NAMED_SLOTS_1(type) type *slot1,
#define GLISSADE_NAMED_SLOTS_3(type) GLISSADE_NAMED_SLOTS_2(type) type *slot2,
#define GLISSADE_SLOTS_0
#define GLISSADE_SLOTS_1 slot0,
#define GLISSADE_SLOTS_2 GLISSADE_SLOTS_1 slot1,
#define GLISSADE_SLOTS_3 GLISSADE_SLOTS_2 slot2,

#endif
