#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# refused.sh INCLUDE COMPILER: what a network of wrong layers does not compile with is a sentence of ours; and what is right
# compiles by the strictest rules. Layer types are found in the headers: structs that are a Layer, and aliases of Activation.
set -euo pipefail
include=$1 compiler=$2 tests=$(dirname "$0") checks=0 bad=0
prelude='#include "glissade/layers/network.hpp"
using namespace glissade;
float w[999], x[99], g[999], loss; gls_factors f[1];
'
compile() { "$compiler" -std=c++17 -I"$include" -Wall -Wextra -pedantic-errors -Werror -fsyntax-only -x c++ - <<<"$prelude$1" 2>&1; }
accepts() {
  checks=$((checks + 1))
  compile "$1" || { echo "FAILED: does not compile: $1"; bad=1; }
}
refuses() { # sentence, code
  checks=$((checks + 1))
  local said
  if said=$(compile "$2"); then
    echo "FAILED: compiles: $2"
    bad=1
  elif ! grep -qF "$1" <<<"$said"; then
    echo "FAILED: no \"$1\" of $2"
    bad=1
  fi
}

types=$(sed -nE -e '/^template <.*size_t/h' -e 's/^struct ([A-Za-z]+) : Layer<(.*)> \{/\1 \2/p' -e 's/^using ([A-Za-z]+) = Activation<.*/\1 N/p' "$include"/glissade/layers/*.hpp | grep -v '^Activation ')
[ "$(wc -l <<<"$types")" -ge 5 ] || { echo "FAILED: too few layer types found"; exit 1; }
while read -r type inputs outputs; do
  inputs=${inputs%,}
  grep -q "[^a-zA-Z]$type<kWide" "$tests/orders_test.cpp" || { echo "FAILED: orders_test.cpp does not try $type"; bad=1; }
  arguments=("0")
  one=3
  if [ "${outputs:-N}" != "$inputs" ] && [ "$inputs" != N ]; then
    arguments=("0, 3" "3, 0" "0, 0")
    one="3, 3"
  fi
  for zero in "${arguments[@]}"; do
    refuses "a layer has at least 1 input and 1 output" "constexpr size_t n = sizeof($type<$zero>);"
    refuses "a layer has at least 1 input and 1 output" "constexpr size_t n = $type<$zero>::kOutputs;"
    refuses "a layer has at least 1 input and 1 output" "Network<Dense<3, 3>, $type<$zero>> net;"
  done
  accepts "BatchNetwork<2, $type<$one>> net; Status s = net.learn_regression(w, x, x, 2, g, &loss);"
  accepts "Network<$type<$one>> net; Status s = net.forward(w, x);"
  refuses "a layer's inputs are the outputs before it" "Network<Dense<3, 4>, $type<$one>> net; Status s = net.forward(w, x);"
done <<<"$types"

accepts "Network<Tanh<3>> net; Status s = net.learn(w, x, 1, g, &loss);"
accepts "Network<Dense<3, 3>> net; Status s = net.learn_binary(w, x, x, nullptr, f, &loss);"
refuses "a network has at least 1 layer, for at least 1 sample" "Network<> net;"
refuses "a network has at least 1 layer, for at least 1 sample" "BatchNetwork<0, Relu<3>> net;"
refuses "a gls_factors for each dense layer" "Network<Dense<3, 3>, Dense<3, 3>> net; Status s = net.learn(w, x, 1, f, &loss);"
refuses "BatchNorm has no factors" "BatchNetwork<2, Dense<3, 3>, BatchNorm<3>> net; size_t l[2]; Status s = net.learn(w, x, l, 2, f, &loss);"
for call in "learn(w, x, 1" "learn_weighted(w, x, 1, w" "learn_binary(w, x, x, w" "learn_regression(w, x, x"; do
  refuses "BatchNorm learns from 2 samples or more" "Network<Dense<3, 3>, BatchNorm<3>> net; Status s = net.$call, g, &loss);"
done
echo "$checks checks"
exit $bad
