#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lean.sh NM FIRMWARE RULE: of all kernels, the firmware holds this one rule's sweep, the one over layers, the guard's, and those of the layers it uses.
set -euo pipefail
kernels=$("$1" -C "$2" | sed -n 's/.* [tT] glissade::[a-z]*::\([a-z_][a-z_]*\)(.*/\1/p' | sort -u)
echo "kernels linked:" $kernels
diff <(printf '%s\n' all_below factors_all_below dense_forward dense_input_gradients relu_backward relu_forward softmax_cross_entropy sweep_blocks "sweep_$3" | sort) \
  <(echo "$kernels" | grep -v -e "^fine_tune\$" -e "^print_report\$") || { echo "FAILED: unused kernels are linked"; exit 1; }
