#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes averages.json: weights averaged by torch.optim.swa_utils, as big-endian hexadecimal words of the floats.

The weights of update t (from 1) are those of golden/README.md's generator, u(t, i) in place of u(0, i).
"""
import json
import sys

import numpy
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, get_swa_multi_avg_fn

SEED, COUNT, UPDATES = 77, 67, 12


def mix(x):
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B), (16, 1)):
        x = ((x ^ (x >> shift)) * factor) & 0xFFFFFFFF
    return x


def weights(update):
    index = numpy.arange(COUNT, dtype=numpy.uint64)
    u = mix((SEED + update * 0x9E3779B9 + index * 0x85EBCA6B) & 0xFFFFFFFF)
    return torch.from_numpy((((u >> 8).astype(numpy.int64) - 2**23) * 2.0**-23).astype(numpy.float32))


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = torch.nn.Parameter(torch.zeros(COUNT))


result = {"source": "PyTorch " + torch.__version__, "seed": SEED, "n": COUNT, "updates": UPDATES, "cases": []}
for name, function in ([("swa", get_swa_multi_avg_fn())] +
                       [(decay, get_ema_multi_avg_fn(decay)) for decay in (0.999, 0.9, 0.3)]):
    model = Model()
    averaged = AveragedModel(model, multi_avg_fn=function)
    for update in range(1, UPDATES + 1):
        model.weights.data.copy_(weights(update))
        averaged.update_parameters(model)
    result["cases"].append({"average": name, "mean": averaged.module.weights.detach().numpy().astype(">f4").tobytes().hex()})
with open(sys.argv[1], "w") as file:
    json.dump(result, file)
