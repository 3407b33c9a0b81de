# SPDX-License-Identifier: Apache-2.0
"""Glissade: optimizer steps over numpy arrays, with the bits that a device computes.

    optimizer = glissade.Adam(weights, lr=1e-3)
    optimizer.step(gradients)

glissade.rules maps the library's name of each rule to its class."""

from ._backends import Backend, backend, backends, force_backend
from ._errors import Error
from ._library import library_path
from ._optimizer import Optimizer, step_all
from ._rules import make as _make
from ._version import __version__

_classes = _make()
globals().update(_classes)
#: Each rule's class by the library's name of the rule: "rmsprop_centered".
rules: dict[str, type[Optimizer]] = {kind.rule: kind for kind in _classes.values()}

__all__ = ["Backend", "Error", "Optimizer", "__version__", "backend", "backends", "force_backend", "library_path", "rules",
           "step_all", *_classes]  # fmt: skip


def __getattr__(name: str) -> type[Optimizer]:
    """For type checkers: rules are found when the package is imported."""
    raise AttributeError(f"module 'glissade' has no attribute {name!r}")
