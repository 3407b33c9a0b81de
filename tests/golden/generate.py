#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes golden files from PyTorch itself: generate.py FILE.json... recomputes every case of each file in place.

A case's optimizer, options and seed stay; its snapshots and checksums come from torch.optim. Weights and
gradients are generated as README.md here says. The committed files were made with PyTorch 2.6.0 on x86-64
and ATEN_CPU_CAPABILITY=avx2; other versions and instruction sets round elsewhere.
"""
import json
import sys
import zlib

import numpy
import torch

CLASSES = {name.lower(): getattr(torch.optim, name)
           for name in ("SGD", "Adam", "AdamW", "Adagrad", "Adadelta", "RMSprop", "Adamax", "NAdam", "RAdam", "Rprop", "ASGD")}
STEPS = (1, 2, 3, 10, 100)
COUNT, HASH_COUNT = 67, 4099


def mix(x):
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B), (16, 1)):
        x = ((x ^ (x >> shift)) * factor) & 0xFFFFFFFF
    return x


def uniform(seed, step, count):
    index = numpy.arange(count, dtype=numpy.uint64)
    return mix((seed + step * 0x9E3779B9 + index * 0x85EBCA6B) & 0xFFFFFFFF)


def centered(u):
    return ((u >> 8).astype(numpy.int64) - 2**23) * 2.0**-23


def gradients(case, step, count):
    u = uniform(case["seed"], step, count)
    scale = 2.0 ** ((mix(u) % 16).astype(numpy.int64) - 12 + case.get("gradient_exponent", 0))
    return numpy.where((u & 255) < 16, 0.0, centered(u) * scale).astype(numpy.float32)


def trajectory(case, count):
    """Yields (step, weights, {state name: buffer}) after every snapshot step."""
    weights = torch.nn.Parameter(torch.from_numpy(centered(uniform(case["seed"], 0, count)).astype(numpy.float32)))
    optimizer = CLASSES[case["optimizer"]]([weights], foreach=False, **case["options"])
    group = optimizer.param_groups[0]
    rate, betas = group["lr"], group.get("betas")
    for step in range(1, STEPS[-1] + 1):
        if case.get("changing"):
            group["lr"] = rate * (1 + step % 7 * 0.125)
            group["betas"] = (betas[0] * (1 - step % 5 * 0.03125), betas[1] * (1 - step % 3 * 0.015625))
        weights.grad = torch.from_numpy(gradients(case, step, count))
        optimizer.step()
        if step in STEPS:
            state = {k: v for k, v in optimizer.state[weights].items()
                     if torch.is_tensor(v) and v.numel() == count}
            yield step, weights.detach().numpy(), {k: v.numpy() for k, v in state.items()}


def words(values):
    return values.astype(">f4").tobytes().hex()


def recompute(case):
    count = case.setdefault("n", COUNT)
    case["snapshots"] = [{"step": step, "params": words(weights), "state": {k: words(v) for k, v in state.items()}}
                         for step, weights, state in trajectory(case, count)]
    case["n_hash"], case["steps_hash"] = HASH_COUNT, STEPS[-1]
    *_, (_, weights, state) = trajectory(case, HASH_COUNT)
    case["crc32"] = {k: f"{zlib.crc32(v.astype('<f4').tobytes()):08x}" for k, v in {"params": weights, **state}.items()}


for path in sys.argv[1:]:
    with open(path) as file:
        golden = json.load(file)
    for one in golden["cases"]:
        recompute(one)
    golden["source"] = "PyTorch " + torch.__version__
    with open(path, "w") as file:
        json.dump(golden, file)
