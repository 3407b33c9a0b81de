# SPDX-License-Identifier: Apache-2.0
"""PyTorch's optimizers, stepped by this library: drop-in classes for CPU tensors of float32.

    optimizer = glissade.torch.Adam(model.parameters(), lr=1e-3)   # in place of torch.optim.Adam

Each is a subclass of the class in torch.optim of the same name: parameters, groups, schedulers, closures and state_dict are
PyTorch's own, and so are the keys and types of the state. A run may change from one to the other at any step. The bits are those of
PyTorch 2.6 with foreach=False."""

from typing import Any, Callable, Optional

import numpy as np
import torch

from . import rules
from ._errors import check
from ._library import ffi, lib

_STEPS = 1 << 24  # PyTorch counts steps in a float32, which stays there


class _Tensors:
    """The tensors of a group that have gradients, as the C face takes them. Only memory of the optimizer's own state is kept."""

    def __init__(self, rule: Any, params: list, state: Any) -> None:
        self.params, self.rule, self.values, self.most = params, rule, None, 0
        self.owned = [state[p] for p in params]
        self.numbers = ffi.new("double[]", (rule._info.params_bytes + 7) // 8)
        for field in rule._fields.values():
            field.write(self, field.usual)
        self.state = np.zeros((len(params), rule._info.state_bytes // 4), np.uint32)
        self.c = ffi.new("gls_optimizer[]", len(params))
        self.gradients = ffi.new("gls_gradients*", lib.gls_gradient_buffer(ffi.NULL))
        self.steps = torch.zeros(len(params))
        memory = ffi.cast("char*", self.state.ctypes.data)
        torch_names = {ours: theirs for theirs, ours in rule._slot_aliases.items()}
        state_names = {ours: theirs for theirs, ours in rule._state_aliases.items()}
        self.counts = "step" in state_names
        for i, (p, owned) in enumerate(zip(params, self.owned)):
            slots = ffi.new("float*[]", max(1, len(rule._slot_names)))
            fresh = not any(torch_names[name] in owned for name in rule._slot_names) and "step" not in owned
            for k, name in enumerate(rule._slot_names):
                key = torch_names[name]
                if owned.get(key) is None:
                    owned[key] = torch.zeros_like(p, memory_format=torch.contiguous_format)
                slots[k] = ffi.cast("float*", _of(owned[key], p, key))
            for name, offset, kind in rule._state_fields:
                key = state_names.get(name)
                if key is None:
                    self.state[i, offset // 4] = 0 if fresh else 1  # SGD keeps no step: with a buffer, the first one is over
                elif kind is np.uint32:
                    step = float(owned.get(key, 0.0))
                    if not 0 <= step < _STEPS:
                        raise OverflowError(f"{key}: {step}: PyTorch counts to 2^24")
                    self.state[i, offset // 4] = int(step)
                    self.most = max(self.most, int(step))
                    self.steps[i] = step
                    owned[key] = self.steps[i]
                else:
                    view = torch.from_numpy(self.state.view(np.float32)[i])[offset // 4]
                    if key in owned:
                        view.copy_(torch.as_tensor(owned[key], dtype=torch.float32))
                    owned[key] = view
            self.c[i] = lib.gls_optimizer_of(
                rule._info, self.numbers, memory + i * self.state.strides[0], ffi.NULL, slots, p.numel())  # fmt: skip

        self.options = [name for name in rule._names if name not in _NOT_SET]
        self.at = [_of(p, p, "a parameter") for p in params]
        for i, pointer in enumerate(self.at):
            self.c[i].weights = ffi.cast("float*", pointer)

    def set(self, group: Any, fixed: dict) -> None:
        """The group's parameters, where they are not those of the last step."""
        values = [_number(group.get(name)) for name in self.options]
        if values == self.values:
            return
        for name, value in {**dict(zip(self.options, values)), **fixed}.items():
            if value is not None:
                getattr(self.rule, name).__set__(self, value)
        self.values = values

    def step(self, group: Any, fixed: dict, guard: bool) -> None:
        self.set(group, fixed)
        if self.counts and self.most + 1 >= _STEPS:
            raise OverflowError("step: PyTorch counts to 2^24")
        held = []
        for i, p in enumerate(self.params):
            if p.data_ptr() != self.at[i]:
                self.at[i] = _of(p, p, "a parameter")
                self.c[i].weights = ffi.cast("float*", self.at[i])
            g = p.grad  # of its parameter's type, shape and device: PyTorch sees to it
            if g.layout is not torch.strided or not g.is_contiguous():
                raise ValueError("a gradient: not dense, or not contiguous")
            held.append(g.data_ptr())
        c, gradients = self.c, self.gradients
        if guard:
            sources = ffi.new("gls_gradients[]", [lib.gls_gradient_buffer(ffi.cast("float*", at)) for at in held])
            check(lib.gls_step_all(c, sources, len(held), 1.0))
        else:
            for i, at in enumerate(held):
                gradients.data = ffi.cast("void*", at)
                status = lib.gls_step_unguarded(c + i, gradients[0], 1.0)
                if status:
                    check(status)
        if self.counts:
            self.steps += 1
            self.most += 1

    @property
    def _params(self) -> Any:  # where Parameter writes
        return self.numbers


def _number(value: Any) -> Any:
    """What can be compared with what it was: PyTorch's rate may be a tensor, and betas a list."""
    if isinstance(value, torch.Tensor):
        return value.item()
    return tuple(value) if isinstance(value, list) else value


def _of(tensor: torch.Tensor, like: torch.Tensor, what: str) -> int:
    """The address of a tensor that a step can take."""
    if tensor.dtype is not torch.float32 or tensor.device.type != "cpu" or tensor.layout is not torch.strided:
        raise TypeError(f"{what}: dense float32 on the CPU is needed, not {tensor.dtype} on {tensor.device}, {tensor.layout}")
    if not tensor.is_contiguous() or tensor.shape != like.shape:
        raise ValueError(f"{what}: not contiguous, or of another shape")
    return tensor.data_ptr()


# Options that PyTorch has taken care of when it made the state.
_NOT_SET = ("initial_accumulator", "initial_accumulator_value")
_WAYS = ("foreach", "fused", "capturable", "differentiable")


class _Stepped:
    """What the classes have beside PyTorch's. guard=True: a gradient that is infinite, NaN or too large is an Error, and no tensor
    of its group has been written; PyTorch takes it."""

    _fixed: dict = {}

    def __init__(self, params: Any, *arguments: Any, guard: bool = False, **options: Any) -> None:
        super().__init__(params, *arguments, **options)
        self.guard = guard
        self._tensors: dict = {}

    def _rule(self, group: Any) -> Any:
        raise NotImplementedError

    def __setstate__(self, state: Any) -> None:
        super().__setstate__(state)
        self._tensors = {}

    def load_state_dict(self, state_dict: Any) -> None:
        super().load_state_dict(state_dict)
        self._tensors = {}

    def __getstate__(self) -> Any:
        return {**super().__getstate__(), "guard": self.guard}

    @torch.no_grad()
    def step(self, closure: Optional[Callable[[], Any]] = None) -> Any:
        """As PyTorch's. Raises TypeError and ValueError for tensors that are not dense, contiguous float32 on the CPU, OverflowError
        beyond 2^24 steps, Error where the library refuses parameters; then no tensor of this group has been written."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for k, group in enumerate(self.param_groups):
            params = [p for p in group["params"] if p.grad is not None]
            if not params:
                continue
            if any([group.get(way) for way in _WAYS]):
                raise ValueError(f"{', '.join(_WAYS)}: steps are this library's")
            kept, rule = self._tensors.get(k), self._rule(group)
            if kept is None or kept.rule is not rule or list(map(id, kept.params)) != list(map(id, params)):
                kept = self._tensors[k] = _Tensors(rule, params, self.state)
            kept.step(group, self._fixed, self.guard)
        return loss


def _made(name: str, rule: Callable[[Any], str], fixed: dict) -> type:
    base = getattr(torch.optim, name)
    text = f"torch.optim.{name}, stepped by this library. guard: as in the module's text."
    fields = {"_rule": lambda self, group: rules[rule(group)], "_fixed": fixed, "__doc__": text, "__module__": __name__}
    return type(name, (_Stepped, base), fields)


_ADAM = {"allow_zero_epsilon": True}
Adam = _made("Adam", lambda g: "amsgrad" if g["amsgrad"] else "adam", _ADAM)
AdamW = _made("AdamW", lambda g: "amsgrad" if g["amsgrad"] else "adam", {**_ADAM, "decoupled_weight_decay": True})
SGD = _made("SGD", lambda g: "momentum" if g["momentum"] else "sgd", {})
Adagrad = _made("Adagrad", lambda g: "adagrad", _ADAM)
Adadelta = _made("Adadelta", lambda g: "adadelta", _ADAM)
RMSprop = _made(
    "RMSprop", lambda g: "rmsprop" + "_centered" * bool(g["centered"]) + "_momentum" * bool(g["momentum"]), _ADAM)  # fmt: skip
Adamax = _made("Adamax", lambda g: "adamax", _ADAM)
NAdam = _made("NAdam", lambda g: "nadam", _ADAM)
RAdam = _made("RAdam", lambda g: "radam", _ADAM)
Rprop = _made("Rprop", lambda g: "rprop", {})
ASGD = _made("ASGD", lambda g: "asgd", {})
