# SPDX-License-Identifier: Apache-2.0
"""A rule's optimizer over numpy arrays (glissade/optimizer.h)."""

from typing import Any, Mapping, Sequence

import numpy as np

from ._errors import check
from ._library import ffi, lib


class Names(dict):
    """Values by the library's names, and to look up by PyTorch's too."""

    def __init__(self, values: Mapping[str, Any], aliases: Mapping[str, str]) -> None:
        super().__init__(values)
        self._aliases = aliases

    def __missing__(self, name: str) -> Any:
        if name not in self._aliases:
            raise KeyError(name)
        return self[self._aliases[name]]


def _checked(array: Any, what: str) -> np.ndarray:
    """The array, if a step can take it as it is: numpy float32, native, contiguous in C's order."""
    if not isinstance(array, np.ndarray) or array.dtype != np.float32:
        raise TypeError(f"{what}: a numpy array of float32, not {getattr(array, 'dtype', type(array).__name__)}")
    if not array.flags.c_contiguous:
        raise ValueError(f"{what}: not contiguous")
    return array


def _words(count: int) -> int:
    return (count + 3) // 4


class Optimizer:
    """An optimizer: of one array of weights, with parameters, state and slots of its own.

    weights: numpy float32 of any shape, contiguous and writable. A step writes into it; nothing is copied.
    Each rule is a class, and its parameters are keyword arguments and attributes, under the library's names
    and under PyTorch's; a change holds from the next step on.
    slots: the form in which slots are kept: "float", "bfloat16" or "8bit" (glissade/formats.h).
    seed: chooses the random bits of the latter two; 0 to 2^32 - 1.
    guard: whether a step first looks for gradients that would spoil the state (Error); it takes one pass.

    Raises TypeError and ValueError for arrays and numbers that it cannot take. One optimizer must not be
    used by two threads at once; different ones may: the interpreter lock is released in a step."""

    __slots__ = ("_weights", "_params", "_state", "_slots", "_state_views", "_memory", "_kept", "_c", "_gradients",
                 "_gradient", "_step", "_shape")  # fmt: skip
    _info: Any = None
    _fields: Mapping[str, Any] = {}

    def __init__(self, weights: np.ndarray, *, slots: str = "float", seed: int = 0, guard: bool = True, **parameters: Any) -> None:
        info = self._info
        if info is None:
            raise TypeError("Optimizer: take one of a rule, such as glissade.Adam")
        _checked(weights, "weights")
        if not weights.flags.writeable:
            raise ValueError("weights: read-only")
        if slots not in ("float", "bfloat16", "8bit"):
            raise ValueError(f"slots: float, bfloat16 or 8bit, not {slots!r}")
        if not 0 <= seed < 2**32:
            raise ValueError(f"seed: 0 to {2**32 - 1}, not {seed}")
        self._params = ffi.new("double[]", (info.params_bytes + 7) // 8)
        for field in self._fields.values():
            field.write(self, field.usual)
        for name, value in parameters.items():
            if name not in self._names:
                raise TypeError(f"{type(self).__name__} has no parameter {name!r}")
            setattr(self, name, value)
        self._weights = weights
        self._shape = weights.shape
        self._state = np.zeros(_words(info.state_bytes), np.uint32)
        self._kept = [ffi.from_buffer("float[]", weights, require_writable=True), ffi.from_buffer("uint32_t[]", self._state)]
        self._make(slots)
        self._c.seed = seed
        self._step = lib.gls_step if guard else lib.gls_step_unguarded
        self._gradients = ffi.new("gls_gradients*", lib.gls_gradient_buffer(ffi.NULL))
        views = {
            name: self._state[offset // 4 : offset // 4 + 1].view(kind).reshape(())
            for name, offset, kind in self._state_fields
        }
        self._state_views = Names(views, self._state_aliases)

    def _make(self, form: str) -> None:
        """The C optimizer, with slots of this form."""
        names, count = self._slot_names, self._weights.size
        blocks = (count + 63) // 64
        if form == "float":
            self._memory = np.zeros((len(names), *self._shape), np.float32)
            views = list(self._memory)
        elif form == "bfloat16":
            self._memory = np.zeros((len(names), (count + 1) // 2 * 2), np.uint16)
            views = [slot[:count] for slot in self._memory]
        else:
            self._memory = np.zeros((len(names), 4 * _words(count + blocks)), np.uint8)
            views = [slot[: count + blocks] for slot in self._memory]
        self._slots = Names(dict(zip(names, views)), self._slot_aliases)
        memory = ffi.from_buffer(self._memory) if self._memory.size else ffi.NULL
        self._kept.append(memory)
        pointers = ffi.new("float*[]", max(1, len(names)))
        if form == "float":
            for i in range(len(names)):
                pointers[i] = ffi.cast("float*", memory) + i * count
        made = lib.gls_optimizer_of(self._info, self._params, self._kept[1], self._kept[0], pointers, count)
        if form == "bfloat16":
            made = lib.gls_slots_bfloat16(made, ffi.cast("uint16_t*", memory))
        elif form == "8bit":
            made = lib.gls_slots_8bit(made, ffi.cast("uint8_t*", memory))
        self._c = ffi.new("gls_optimizer*", made)

    @property
    def weights(self) -> np.ndarray:
        """The array that was given."""
        return self._weights

    @property
    def state(self) -> Mapping[str, np.ndarray]:
        """What the rule counts beside its slots: a view of one number each, uint32 or float32; steps are "step"."""
        return self._state_views

    @property
    def slots(self) -> Mapping[str, np.ndarray]:
        """A view of each slot, by the library's name and by PyTorch's. "float": float32 in the weights' shape;
        "bfloat16": uint16[count]; "8bit": uint8, a code for each weight and an exponent for each 64."""
        return self._slots

    def _buffer_of(self, gradients: np.ndarray) -> Any:
        """C's view of gradients that a step can take; they stay where they are as long as it lives."""
        _checked(gradients, "gradients")
        if gradients.shape != self._shape:
            raise ValueError(f"gradients: of shape {gradients.shape}, the weights {self._shape}")
        return ffi.from_buffer(gradients)

    def step(self, gradients: np.ndarray, scale: float = 1.0) -> None:
        """One step, in place. gradients: numpy float32, contiguous, in the weights' shape, which do not share
        memory with them; each is multiplied by scale (1 / batch averages a sum). Raises TypeError, ValueError,
        or Error with the library's text; then nothing has been written, the step count included."""
        held = self._buffer_of(gradients)
        source = self._gradients
        source.data = held
        check(self._step(self._c, source[0], scale))

    def save(self) -> bytes:
        """Weights, slots, state and parameters as bytes: those that a device with the same optimizer saves."""
        size = lib.gls_saved_bytes(self._c)
        saved = bytearray(size)
        check(lib.gls_save(self._c, ffi.from_buffer(saved), size))
        return bytes(saved)

    def restore(self, saved: Any) -> None:
        """Reads back what save(), or a device, wrote: into weights, slots, state and parameters. saved: bytes,
        or what has their buffer. Raises Error where they are of another rule, count, form or seed, or damaged;
        then nothing has been written."""
        held = ffi.from_buffer(saved)
        check(lib.gls_restore(self._c, held, len(held)))

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("an optimizer is not copied or pickled: use save() and restore()")

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"<glissade.{type(self).__name__} of {self._weights.size} weights, step {int(self._state[0])}: {shown}>"


def step_all(optimizers: Sequence[Optimizer], gradients: Sequence[np.ndarray], scale: float = 1.0) -> None:
    """One step of several optimizers, each with the gradients of the same place: all or nothing. Everything is
    checked, and each guard has looked, before the first write; so guard=False counts for nothing here.
    Raises what Optimizer.step() does, and ValueError where there are not as many gradients as optimizers."""
    if len(optimizers) != len(gradients):
        raise ValueError(f"{len(optimizers)} optimizers, {len(gradients)} gradients")
    held = [optimizer._buffer_of(array) for optimizer, array in zip(optimizers, gradients)]
    made = ffi.new("gls_optimizer[]", [optimizer._c[0] for optimizer in optimizers])
    sources = ffi.new("gls_gradients[]", [lib.gls_gradient_buffer(ffi.cast("float*", buffer)) for buffer in held])
    check(lib.gls_step_all(made, sources, len(held), scale))
