#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes layers.inc: losses, gradients and batch normalization by the formulas in PyTorch's documentation, in 50 decimal digits.

torch.nn.CrossEntropyLoss(weight, ignore_index), torch.nn.BCEWithLogitsLoss(pos_weight), torch.nn.BatchNorm1d. Inputs are
rounded to float first. Gradients of batch normalization are central differences of the sum of outputs times given numbers.
"""
import decimal
import struct
from decimal import Decimal

decimal.getcontext().prec = 50


def single(x):
    return Decimal(struct.unpack("f", struct.pack("f", x))[0])


def floats(values):
    return "{" + ", ".join("%.9gf" % v if "." in "%.9g" % v or "e" in "%.9g" % v else "%.9g.0f" % v for v in values) + "}"


def doubles(values):
    return "{" + ", ".join("%.17e" % v for v in values) + "}"


def cross_entropy(logits, label, weights):
    total = sum(x.exp() for x in logits)
    p = [x.exp() / total for x in logits]
    weight = weights[label]
    return -weight * p[label].ln(), [weight * (p[k] - (k == label)) for k in range(len(p))]


def binary(logits, targets, positive):
    n = len(logits)
    loss, slopes = Decimal(0), []
    for x, t, p in zip(logits, targets, positive):
        y = 1 / (1 + (-x).exp())
        rest = 1 / (1 + x.exp())  # 1 - y
        loss -= (p * t * y.ln() + (1 - t) * rest.ln()) / n
        slopes.append((-p * t * rest + (1 - t) * y) / n)
    return loss, slopes


def batch_norm(x, gamma, beta, epsilon):
    n = len(x)
    mean = sum(x) / n
    variance = sum((v - mean) ** 2 for v in x) / n
    return [(v - mean) / (variance + epsilon).sqrt() * gamma + beta for v in x], mean, variance


def slope(f, x):
    h = Decimal("1e-15")
    return (f(x + h) - f(x - h)) / (2 * h)


lines = ["// Written by layers.py. CROSS_ENTROPY(logits, label, class weights, loss, gradients)"]
for logits, label, weights in [
    ([0.5, -1.25, 2.0, 0.0, 0.75], 1, [1, 1, 1, 1, 1]),
    ([0.5, -1.25, 2.0, 0.0, 0.75], 2, [0.5, 2, 0.25, 1, 3]),
    ([20.0, -30.0, 15.5, 3.0, -7.0], 4, [0.5, 2, 0.25, 1, 3.5]),
    ([0.1, 0.2, 0.3, 0.4, 0.5], 0, [1.7, 0, 0, 0, 0]),
]:
    x, w = [single(v) for v in logits], [single(v) for v in weights]
    loss, gradients = cross_entropy(x, label, w)
    lines.append(f"CROSS_ENTROPY((%s), %d, (%s), %.17e, (%s))" % (floats(x)[1:-1], label, floats(w)[1:-1], loss, doubles(gradients)[1:-1]))

lines.append("// BINARY(logits, targets, positive weights, loss, gradients)")
for logits, targets, positive in [
    ([0.5, -1.25, 2.0, 0.0, 0.75], [1, 0, 0, 1, 1], [1, 1, 1, 1, 1]),
    ([0.5, -1.25, 2.0, 0.0, 0.75], [0.25, 0.5, 1, 0.75, 0.125], [3, 0.5, 2, 0, 1.5]),
    ([20.0, -20.0, 30.0, -30.0, 17.5], [1, 0, 1, 0, 1], [1, 1, 2, 1, 1]),
    ([20.0, -20.0, 60.0, -60.0, 80.0], [0, 1, 0, 1, 0.5], [1, 5, 1, 0.25, 1]),
    ([1e-3, -1e-4, 1e-5, -1e-6, 1e-7], [1, 0, 1, 0, 0.5], [1, 1, 4, 1, 1]),
]:
    x, t, p = ([single(v) for v in values] for values in (logits, targets, positive))
    loss, gradients = binary(x, t, p)
    lines.append("BINARY((%s), (%s), (%s), %.17e, (%s))" % (floats(x)[1:-1], floats(t)[1:-1], floats(p)[1:-1], loss, doubles(gradients)[1:-1]))

lines.append("// BATCH_NORM(inputs of one feature, gamma, beta, output gradients, outputs, running mean and variance after one")
lines.append("// batch from 0 and 1, gradients of the inputs, of gamma, of beta)")
for inputs, gamma, beta, dy in [
    ([1.0, 2.0, 3.0, 5.0, -4.0], 1.5, -0.25, [1, 0.5, -0.25, 2, -1]),
    ([1000.25, 1000.5, 999.75, 1001.0, 1000.0], 1, 0, [0.5, -1, 0.25, 1, 2]),
    ([-15.94, -15.94, -15.9, -15.94, -15.94], 2, 1, [1, 1, -1, 0.5, 0.25]),
    ([1e15, -1e15, 3e15, 0, 2e15], 1, 0, [1, 2, 3, 4, 5.5]),
]:
    epsilon, momentum = Decimal(1e-5), Decimal(0.1)
    x, d = [single(v) for v in inputs], [single(v) for v in dy]
    g, b = single(gamma), single(beta)
    n = len(x)
    y, mean, variance = batch_norm(x, g, b, epsilon)
    total = lambda xs, g, b: sum(v * k for v, k in zip(batch_norm(xs, g, b, epsilon)[0], d))
    dx = [slope(lambda v: total(x[:i] + [v] + x[i + 1:], g, b), x[i]) for i in range(n)]
    running = [momentum * mean, 1 - momentum + momentum * variance * n / (n - 1)]
    lines.append("BATCH_NORM((%s), %s, %s, (%s), (%s), (%s), (%s), %.17e, %.17e)" % (
        floats(x)[1:-1], floats([g])[1:-1], floats([b])[1:-1], floats(d)[1:-1], doubles(y)[1:-1], doubles(running)[1:-1],
        doubles(dx)[1:-1], slope(lambda v: total(x, v, b), g), slope(lambda v: total(x, g, v), b)))
print("// SPDX-License-Identifier: Apache-2.0")
print("\n".join(lines))
