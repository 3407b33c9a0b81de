# SPDX-License-Identifier: Apache-2.0
"""glissade.torch beside torch.optim. The bits are PyTorch 2.6's; ./dev test python runs this where that is."""

import copy
import pickle
import unittest

try:
    import torch
    import glissade.torch as stepped
except ImportError:
    torch = None

import glissade

CASES = [
    ("Adam", {}), ("Adam", {"lr": 0.01, "betas": (0.8, 0.9), "weight_decay": 0.1, "amsgrad": True}),
    ("AdamW", {}), ("AdamW", {"amsgrad": True, "maximize": True}), ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}), ("Adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.5}),
    ("Adadelta", {}), ("RMSprop", {}), ("RMSprop", {"centered": True}), ("RMSprop", {"momentum": 0.9}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "weight_decay": 0.1}), ("Adamax", {}), ("NAdam", {}),
    ("NAdam", {"decoupled_weight_decay": True, "weight_decay": 0.1}), ("RAdam", {}), ("Rprop", {}), ("ASGD", {"t0": 4}),
]  # fmt: skip
SHAPES = [(7, 5), (33,), (), (2, 3, 4)]


def tensors():
    generator = torch.Generator().manual_seed(5)
    return [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in SHAPES]


def set_gradients(params, t):
    generator = torch.Generator().manual_seed(100 + t)
    for p in params:
        p.grad = torch.randn(p.shape, generator=generator)


def run(name, options, sides):
    """Nine steps, each by torch.optim (T) or this library (G), whose state goes over where they change."""
    params, optimizer, last = tensors(), None, None
    for t, side in enumerate(sides):
        if side != last:
            state = copy.deepcopy(optimizer.state_dict()) if optimizer else None
            optimizer = getattr(torch.optim if side == "T" else stepped, name)(params, foreach=False, **options)
            if state:
                optimizer.load_state_dict(state)
        last = side
        set_gradients(params, t)
        optimizer.step()
    return params, optimizer


def bits(tensor):
    return torch.as_tensor(tensor).detach().reshape(-1).view(torch.int32).tolist()


@unittest.skipUnless(torch, "there is no torch here")
class Torch(unittest.TestCase):
    def test_bits_are_pytorchs_and_runs_may_change_sides(self):
        if tuple(int(x) for x in torch.__version__.split(".")[:2]) < (2, 6):
            self.skipTest(f"torch {torch.__version__}: other bits than 2.6")
        for name, options in CASES:
            expected, theirs = run(name, options, "T" * 9)
            for sides in ("G" * 9, "TTTGGGTTT", "GGGTTTGGG"):
                with self.subTest(name, options=options, sides=sides):
                    params, ours = run(name, options, sides)
                    for a, b in zip(expected, params):
                        self.assertEqual(bits(a), bits(b))
                        x, y = theirs.state[a], ours.state[b]
                        self.assertEqual({k for k in x if x[k] is not None}, {k for k in y if y[k] is not None})
                        for key in y:
                            self.assertEqual(type(x[key]), type(y[key]))
                            if y[key] is not None:
                                self.assertEqual((x[key].dtype, x[key].shape, bits(x[key])), (y[key].dtype, y[key].shape, bits(y[key])))

    def test_rates_that_change_in_place(self):
        ends = []
        for kind in (torch.optim.Adam, stepped.Adam):
            params, rate = tensors(), torch.tensor(0.5)
            optimizer = kind(params, lr=rate, foreach=False)
            for t in range(3):
                set_gradients(params, t)
                optimizer.step()
                rate.mul_(0.5)
            ends.append([[round(float(x), 4) for x in p.detach().reshape(-1)] for p in params])
        self.assertEqual(ends[0], ends[1])

    def test_groups_frozen_parameters_closures_schedulers(self):
        ends = []
        for kind in (torch.optim.SGD, stepped.SGD):
            params = tensors()
            optimizer = kind([{"params": params[:1]}, {"params": params[1:], "lr": 0.5}], lr=0.25)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
            set_gradients(params, 0)
            params[2].grad = None
            loss = optimizer.step(lambda: 7.0)
            scheduler.step()
            set_gradients(params, 1)
            optimizer.step()
            ends.append([loss] + [bits(p) for p in params])
        self.assertEqual(ends[0], ends[1])

    def test_copies_and_pickles_go_on(self):
        params = tensors()
        optimizer = stepped.Adam(params, guard=True)
        set_gradients(params, 0)
        optimizer.step()
        for other in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
            self.assertTrue(other.guard)
            theirs = other.param_groups[0]["params"]
            for p, q in zip(params, theirs):
                q.grad = torch.full_like(p, 0.5)
            before = bits(params[0])
            other.step()
            self.assertEqual(before, bits(params[0]))
            self.assertNotEqual(before, bits(theirs[0]))
            self.assertEqual(float(other.state[theirs[0]]["step"]), 2.0)
        self.assertEqual(float(optimizer.state[params[0]]["step"]), 1.0)

    def test_refusals_write_nothing(self):
        def refuses(error, change, **options):
            params = tensors()
            optimizer = stepped.Adam(params, **options)
            set_gradients(params, 0)
            optimizer.step()
            before = [bits(p) for p in params] + [bits(optimizer.state[p]["step"]) for p in params]
            change(params, optimizer)
            with self.assertRaises(error):
                optimizer.step()
            after = [bits(p) for p in params] + [bits(optimizer.state[p]["step"]) for p in params]
            self.assertEqual(before, after)

        def set_infinite(params, _):
            params[3].grad[0, 0, 0] = float("inf")

        def set_strided(params, _):
            params[3].grad = torch.zeros(4, 3, 2).permute(2, 1, 0)

        refuses(glissade.Error, set_infinite, guard=True)
        refuses(ValueError, set_strided)
        refuses(ValueError, lambda _, optimizer: optimizer.param_groups[0].update(foreach=True))
        refuses(ValueError, lambda _, optimizer: optimizer.param_groups[0].update(eps=-1.0))
        double = torch.nn.Parameter(torch.zeros(3, dtype=torch.float64))
        double.grad = torch.ones(3, dtype=torch.float64)
        with self.assertRaises(TypeError):
            stepped.Adam([double]).step()
        p = torch.nn.Parameter(torch.zeros(3))
        p.grad = torch.ones(3)
        optimizer = stepped.Adam([p])
        optimizer.state[p] = {"step": torch.tensor(2.0**24 - 2), "exp_avg": torch.zeros(3), "exp_avg_sq": torch.zeros(3)}
        optimizer.step()
        self.assertEqual(float(optimizer.state[p]["step"]), 2**24 - 1)
        with self.assertRaises(OverflowError):
            optimizer.step()


if __name__ == "__main__":
    unittest.main()
