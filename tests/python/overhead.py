# SPDX-License-Identifier: Apache-2.0
"""What a step of Adam takes, in microseconds, beside PyTorch's: tensors of 1,024 weights, medians of 25 by turns, one thread."""

import statistics
import time

import numpy as np
import torch

import glissade
import glissade.torch


class Empty(torch.optim.Optimizer):
    """What PyTorch itself takes for a step."""

    def __init__(self, params):
        super().__init__(params, {"lr": 1.0})

    def step(self, closure=None):
        pass


def tensors(count):
    params = [torch.nn.Parameter(torch.randn(1024)) for _ in range(count)]
    for p in params:
        p.grad = torch.randn(1024)
    return params


def on_numpy():
    optimizer, gradients = glissade.Adam(np.zeros(1024, np.float32)), np.ones(1024, np.float32)
    return lambda: optimizer.step(gradients)


def main():
    torch.set_num_threads(1)
    kinds = {
        "torch.optim": lambda params: torch.optim.Adam(params, foreach=False).step,
        "foreach": lambda params: torch.optim.Adam(params, foreach=True).step,
        "fused": lambda params: torch.optim.Adam(params, fused=True).step,
        "glissade.torch": lambda params: glissade.torch.Adam(params).step,
        "guarded": lambda params: glissade.torch.Adam(params, guard=True).step,
        "empty": lambda params: Empty(params).step,
    }
    for count in (1, 20):
        steps = {name: make(tensors(count)) for name, make in kinds.items()}
        if count == 1:
            steps["glissade.Adam on numpy"] = on_numpy()
        times = {name: [] for name in steps}
        for _ in range(25):
            for name, step in steps.items():
                step()
                start = time.perf_counter()
                for _ in range(20):
                    step()
                times[name].append((time.perf_counter() - start) / 20 * 1e6)
        print(f"{count} tensors:", ", ".join(f"{name} {statistics.median(t):.1f}" for name, t in times.items()))


if __name__ == "__main__":
    main()
