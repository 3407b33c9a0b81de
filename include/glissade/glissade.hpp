// SPDX-License-Identifier: Apache-2.0
/** @file
 * Glissade's C++17 face: all of the C face, and the optimizers as types. Layers, groups and threads have
 * headers of their own. */
#ifndef GLISSADE_GLISSADE_HPP
#define GLISSADE_GLISSADE_HPP

#include "glissade/glissade.h"
#include "glissade/optimizer.hpp"
#include "glissade/rules/adadelta.hpp"
#include "glissade/rules/adagrad.hpp"
#include "glissade/rules/adam.hpp"
#include "glissade/rules/adamax.hpp"
#include "glissade/rules/amsgrad.hpp"
#include "glissade/rules/asgd.hpp"
#include "glissade/rules/averaging_momentum.hpp"
#include "glissade/rules/classical_momentum.hpp"
#include "glissade/rules/lion.hpp"
#include "glissade/rules/momentum.hpp"
#include "glissade/rules/nadam.hpp"
#include "glissade/rules/radam.hpp"
#include "glissade/rules/rmsprop.hpp"
#include "glissade/rules/rprop.hpp"
#include "glissade/rules/sgd.hpp"
#include "glissade/rules/signsgd.hpp"
#include "glissade/rules/signum.hpp"

#endif
