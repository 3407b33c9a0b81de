# SPDX-License-Identifier: Apache-2.0
"""Backends: the same calls, compiled for one kind of vector instructions each (glissade/backend.h)."""

from typing import NamedTuple, Optional

from ._errors import Error
from ._library import ffi, lib


class Backend(NamedTuple):
    """A backend of the library.

    name: as force_backend() takes it.
    supported: can this machine run it?
    width: floats that it takes at a time.
    flushes_subnormals: are magnitudes below 2^-126 zero to it?"""

    name: str
    supported: bool
    width: int
    flushes_subnormals: bool


def backends() -> list[Backend]:
    """Those of the library, in order of preference."""
    return [
        Backend(
            ffi.string(lib.gls_backend_name(i)).decode(),
            lib.gls_backend_supported(i),
            lib.gls_backend_width(i),
            lib.gls_backend_flushes_subnormals(i),
        )
        for i in range(lib.gls_backend_count())
    ]


def backend() -> Optional[str]:
    """The name of the one in use; None while the environment variable GLISSADE_BACKEND names none of this machine's."""
    name = lib.gls_backend_active()
    return None if name == ffi.NULL else ffi.string(name).decode()


def force_backend(name: Optional[str]) -> None:
    """Forces a backend for the whole process, for all calls that begin after it; None: the automatic choice.

    Raises Error, which says what there is, where this machine has none of that name."""
    encoded = ffi.NULL if name is None else name.encode()
    status = lib.gls_backend_force(encoded)
    if status:
        line = ffi.new("char[]", 1024)
        lib.gls_backend_explain(encoded, line, 1024)
        raise Error(status, ffi.string(line).decode(errors="replace"))
