# SPDX-License-Identifier: Apache-2.0
"""Optimizers of every rule: parameters, state and slots, refusals, saved bytes, threads."""

import copy
import itertools
import pickle
import threading
import unittest

import numpy as np

import glissade

RULES = sorted(glissade.rules)


def gradients(t, shape=(5, 13)):
    return np.random.default_rng(t).standard_normal(shape).astype(np.float32)


def forms_of(kind):
    """Each form in which the rule's slots may be kept."""
    for form in ("float", "bfloat16", "8bit"):
        try:
            kind(np.ones((5, 13), np.float32), slots=form).step(gradients(0))
        except glissade.Error:
            continue
        yield form


class RulesTest(unittest.TestCase):
    def test_every_rule_of_the_library_is_a_class(self):
        names = set()
        for i in itertools.count():
            info = glissade._library.lib.gls_rule_at(i)
            if info == glissade._library.ffi.NULL:
                break
            names.add(glissade._library.ffi.string(info.name).decode())
        self.assertEqual(names, set(RULES))
        for kind in glissade.rules.values():
            self.assertIs(getattr(glissade, kind.__name__), kind)
            self.assertIn(kind.__name__, glissade.__all__)
            self.assertIn("learning_rate", kind.__doc__)
        for name in ("SGD", "Adam", "Adagrad", "Adadelta", "RMSprop", "RMSpropCentered", "Adamax", "NAdam", "RAdam", "Rprop", "ASGD"):
            self.assertTrue(hasattr(glissade, name), name)

    def test_parameters_by_both_names(self):
        optimizer = glissade.Adam(np.ones(3, np.float32), lr=0.25, betas=(0.5, 0.75), eps=1e-4)
        self.assertEqual((optimizer.learning_rate, optimizer.beta1, optimizer.beta2, optimizer.epsilon), (0.25, 0.5, 0.75, 1e-4))
        optimizer.learning_rate = 2
        self.assertEqual(optimizer.lr, 2.0)
        self.assertIs(optimizer.bias_correction, True)
        self.assertIs(optimizer.slots["exp_avg"], optimizer.slots["m"])
        self.assertEqual(list(optimizer.slots), ["m", "v"])
        for refused, error in (("lr", ValueError), ("beta1", ValueError), ("maximize", TypeError)):
            with self.assertRaises(error):
                setattr(optimizer, refused, -1)
        with self.assertRaises(ValueError):
            optimizer.lr = float("nan")
        with self.assertRaises(ValueError):
            optimizer.betas = (0.1, 7)
        self.assertEqual(optimizer.betas, (0.5, 0.75))
        with self.assertRaises(AttributeError):
            optimizer.learnign_rate = 1
        with self.assertRaisesRegex(TypeError, "momentum"):
            glissade.SGD(np.ones(3, np.float32), momentum=0.9)
        with self.assertRaises(AttributeError):
            glissade.Adamm
        with self.assertRaises(TypeError):
            glissade.Optimizer(np.ones(3, np.float32))

    def test_in_place_and_views(self):
        weights = np.ones((5, 13), np.float32)
        address = weights.ctypes.data
        optimizer = glissade.Adam(weights)
        optimizer.step(gradients(1))
        self.assertIs(optimizer.weights, weights)
        self.assertEqual(weights.ctypes.data, address)
        self.assertTrue((weights != 1).all())
        np.testing.assert_array_equal(optimizer.slots["m"], gradients(1) * np.float32(1 - 0.9))
        optimizer.state["step"][...] = 7
        self.assertIn("step 7", repr(optimizer))
        empty = glissade.Adam(np.ones(0, np.float32))
        empty.step(np.ones(0, np.float32))
        self.assertEqual(empty.state["step"], 1)

    def test_scale(self):
        whole, scaled = (glissade.SGD(np.ones((5, 13), np.float32), lr=0.5) for _ in range(2))
        whole.step(gradients(1) / 4)
        scaled.step(gradients(1), scale=0.25)
        np.testing.assert_array_equal(whole.weights, scaled.weights)


class AllTest(unittest.TestCase):
    def test_all_or_nothing(self):
        def made():
            return [glissade.Adam(np.ones((5, 13), np.float32)), glissade.Lion(np.ones(7, np.float32), slots="8bit")]

        one_by_one, together, arrays = made(), made(), [gradients(1), gradients(2, 7)]
        for optimizer, array in zip(one_by_one, arrays):
            optimizer.step(array, 0.5)
        glissade.step_all(together, arrays, 0.5)
        after = [optimizer.save() for optimizer in together]
        self.assertEqual(after, [optimizer.save() for optimizer in one_by_one])
        infinite = np.full(7, np.inf, np.float32)
        for optimizers, wrong, error in (
            (together, [arrays[0], infinite], glissade.Error),
            (together, [arrays[0]], ValueError),
            (together, arrays[::-1], ValueError),
            (together, [arrays[0], arrays[1].astype(float)], TypeError),
            ([together[0]] * 2, [arrays[0]] * 2, glissade.Error),
        ):
            with self.assertRaises(error):
                glissade.step_all(optimizers, wrong)
        self.assertEqual(after, [optimizer.save() for optimizer in together])
        glissade.step_all([], [])


class RefusalsTest(unittest.TestCase):
    def setUp(self):
        self.weights = np.ones(12, np.float32)
        self.optimizer = glissade.Adam(self.weights)
        self.optimizer.step(np.ones(12, np.float32))
        self.before = self.optimizer.save()

    def tearDown(self):
        self.assertEqual(self.optimizer.save(), self.before)

    def test_weights(self):
        read_only = np.ones(4, np.float32)
        read_only.flags.writeable = False
        for weights, error in (
            (np.ones(4), TypeError),
            (np.ones(4, ">f4"), TypeError),
            ([1.0], TypeError),
            (None, TypeError),
            (np.ones(8, np.float32)[::2], ValueError),
            (np.ones((3, 4), np.float32).T, ValueError),
            (read_only, ValueError),
        ):
            with self.assertRaises(error):
                glissade.Adam(weights)

    def test_gradients(self):
        for wrong, error in (
            (np.ones(12), TypeError),
            (np.ones(12, np.int32), TypeError),
            (None, TypeError),
            (np.ones(24, np.float32)[::2], ValueError),
            (np.ones(11, np.float32), ValueError),
            (np.ones((3, 4), np.float32), ValueError),
        ):
            with self.assertRaises(error):
                self.optimizer.step(wrong)
        for wrong, scale, status in (
            (self.weights, 1.0, "GLS_ERROR_OVERLAP"),
            (self.optimizer.slots["m"], 1.0, "GLS_ERROR_OVERLAP"),
            (np.full(12, np.inf, np.float32), 1.0, "GLS_ERROR_GRADIENT"),
            (np.ones(12, np.float32), float("nan"), "GLS_ERROR_RANGE"),
            (np.frombuffer(bytes(49), np.uint8)[1:].view(np.float32), 1.0, "GLS_ERROR_ALIGNMENT"),
        ):
            with self.subTest(status), self.assertRaises(glissade.Error) as caught:
                self.optimizer.step(wrong, scale)
            number = getattr(glissade._library.lib, status)
            self.assertEqual(caught.exception.status, number)
            text = glissade._library.ffi.string(glissade._library.lib.gls_status_text(number)).decode()
            self.assertEqual(str(caught.exception), text)

    def test_read_only_gradients_are_taken(self):
        other = glissade.Adam(np.ones(12, np.float32))
        ones = np.ones(12, np.float32)
        ones.flags.writeable = False
        other.step(ones)
        self.assertEqual(other.save(), self.before)

    def test_weights_do_not_move(self):
        with self.assertRaises(ValueError):
            self.weights.resize(1000)

    def test_options(self):
        for options in ({"slots": "4bit"}, {"seed": -1}, {"seed": 2**32}, {"lr": "x"}):
            with self.assertRaises(ValueError):
                glissade.Adam(np.ones(4, np.float32), **options)
        with self.assertRaises(glissade.Error):  # a format that the rule does not bear
            glissade.Rprop(np.ones(4, np.float32), slots="8bit").step(np.ones(4, np.float32))

    def test_without_guard(self):
        optimizer = glissade.Adam(np.ones(4, np.float32), guard=False)
        optimizer.step(np.full(4, np.inf, np.float32))
        with self.assertRaises(glissade.Error):  # what is spoiled is not saved
            optimizer.save()

    def test_damaged_bytes(self):
        for wrong in (self.before[:-1], b"", bytes([self.before[100] ^ 1]).join([self.before[:100], self.before[101:]])):
            with self.assertRaises(glissade.Error):
                self.optimizer.restore(wrong)
        with self.assertRaises(glissade.Error):
            self.optimizer.restore(glissade.SGD(np.ones(12, np.float32)).save() + bytes(1000))
        with self.assertRaises(TypeError):
            self.optimizer.restore("text")

    def test_no_copies(self):
        for copier in (copy.copy, copy.deepcopy, pickle.dumps):
            with self.assertRaises(TypeError):
                copier(self.optimizer)


class SavedTest(unittest.TestCase):
    def test_a_run_continues_with_the_same_bits(self):
        runs = 0
        for name in RULES:
            kind = glissade.rules[name]
            for form in forms_of(kind):
                with self.subTest(name, form=form):
                    first = kind(np.ones((5, 13), np.float32), lr=0.01, slots=form, seed=9)
                    for t in range(10):
                        first.step(gradients(t))
                    # Other parameters and weights: all that counts is in the bytes.
                    second = kind(np.zeros((5, 13), np.float32), slots=form, seed=9)
                    second.restore(memoryview(first.save()))
                    self.assertEqual(second.lr, 0.01)
                    self.assertEqual(first.save(), second.save())
                    for t in range(10, 20):
                        first.step(gradients(t))
                        second.step(gradients(t))
                    self.assertEqual(first.save(), second.save())
                    self.assertTrue((first.weights == second.weights).all())
                    runs += 1
        self.assertGreater(runs, 2 * len(RULES))


class ThreadsTest(unittest.TestCase):
    def test_two_optimizers(self):
        def steps(optimizer):
            for t in range(200):
                optimizer.step(gradients(t, 4096))

        saved = []
        for together in (False, True):
            optimizers = [glissade.Adam(np.ones(4096, np.float32)), glissade.Momentum(np.ones(4096, np.float32))]
            threads = [threading.Thread(target=steps, args=(optimizer,)) for optimizer in optimizers]
            for thread in threads:
                thread.start()
                if not together:
                    thread.join()
            for thread in threads:
                thread.join()
            saved.append([optimizer.save() for optimizer in optimizers])
        self.assertEqual(saved[0], saved[1])


if __name__ == "__main__":
    unittest.main()
