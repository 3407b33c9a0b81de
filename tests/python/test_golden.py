# SPDX-License-Identifier: Apache-2.0
"""Every golden file's checksums, through Python: ../golden/README.md says what a case is."""

import json
import pathlib
import unittest
import zlib

import numpy as np

import glissade

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"


def _hash(x):
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x7FEB352D)
    x = x ^ (x >> np.uint32(15))
    x = x * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def _random(seed, t, n):
    start = np.uint32((seed + t * 0x9E3779B9) % 2**32)
    return _hash(start + np.arange(n, dtype=np.uint32) * np.uint32(0x85EBCA6B))


def _fraction(u):
    return ((u >> np.uint32(8)).astype(np.float32) - np.float32(2**23)) * np.float32(2**-23)


def weights_of(case, n):
    return _fraction(_random(case["seed"], 0, n))


def gradients_of(case, t, n):
    u = _random(case["seed"], t, n)
    power = (_hash(u) % np.uint32(16)).astype(np.int32) - 12 + case.get("gradient_exponent", 0)
    return np.where(u & np.uint32(255) < 16, np.float32(0), np.ldexp(_fraction(u), power)).astype(np.float32)


def optimizer_of(case, weights):
    """PyTorch's optimizer, whose options choose among rules, as one rule."""
    options, name = dict(case["options"]), case["optimizer"]
    if name == "adamw":
        name, options = "adam", {"weight_decay": 0.01, "decoupled_weight_decay": True, **options}
    if options.pop("amsgrad", False):
        name = "amsgrad"
    if name == "rmsprop" and options.pop("centered", False):
        name += "_centered"
    if name.startswith("rmsprop") and "momentum" in options:
        name += "_momentum"
    if name == "sgd" and "momentum" in options:
        name = "momentum"
    slots = case.get("slots", "float")
    seed = case["seed"] if slots != "float" else 0
    return glissade.rules[name](weights, slots=slots, seed=seed, guard=False, **options)


class GoldenTest(unittest.TestCase):
    def run_case(self, case):
        n = case["n_hash"]
        weights = weights_of(case, n)
        optimizer = optimizer_of(case, weights)
        lr = optimizer.lr
        for t in range(1, case["steps_hash"] + 1):
            if case.get("changing"):
                betas = case["options"].get("betas", (0.9, 0.999))
                optimizer.lr = lr * (1 + (t % 7) / 8)
                optimizer.betas = (betas[0] * (1 - (t % 5) / 32), betas[1] * (1 - (t % 3) / 64))
            optimizer.step(gradients_of(case, t, n))
        self.assertEqual(optimizer.state["step"], case["steps_hash"])
        for name, expected in case["crc32"].items():
            if name == "params":
                values = weights
            elif len(optimizer.slots) == 1:  # a rule of ours: the file has the formula's letter
                (values,) = optimizer.slots.values()
            else:
                values = optimizer.slots[name]
            lying = values.tobytes()
            lying += bytes(-len(lying) % 4)  # a slot's memory is whole words
            self.assertEqual(f"{zlib.crc32(lying):08x}", expected, name)

    def test_every_case(self):
        cases = 0
        for path in sorted(GOLDEN.glob("*.json")):
            for number, case in enumerate(json.loads(path.read_text())["cases"]):
                with self.subTest(path.name, case=number, options=case["options"]):
                    self.run_case(case)
                cases += 1
        self.assertGreater(cases, 100)


if __name__ == "__main__":
    unittest.main()
