# SPDX-License-Identifier: Apache-2.0
"""Finds the shared library, reads from it how its C face is declared, and checks that both sides agree.

Looked for in this order: the file that the environment variable GLISSADE_LIBRARY names; libglissade.so
beside this file; the system's. A library of another version, or without a description, is an ImportError."""

import os
from typing import Any

import cffi

from ._version import __version__

# What must be known to read the rest (platform/packages/python/describe.cmake writes it).
_DESCRIPTION = """
uint32_t gls_version(void);
typedef struct gls_place { const char* name; size_t bytes; } gls_place;
extern const char* const gls_declarations[];
extern const gls_place gls_layout[];
"""


def _open(ffi: cffi.FFI) -> tuple[Any, str]:
    named = os.environ.get("GLISSADE_LIBRARY")
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libglissade.so")
    system = "libglissade.so." + __version__.rpartition(".")[0]
    where = named or (beside if os.path.exists(beside) else system)
    try:
        return ffi.dlopen(where), where
    except OSError as error:
        raise ImportError(f"glissade: no library: {error}") from None


def _check_version(library: Any, where: str) -> None:
    try:
        number = library.gls_version()
        library.gls_declarations, library.gls_layout
    except AttributeError:
        raise ImportError(f"glissade: {where} is no shared library of Glissade {__version__}") from None
    version = f"{number >> 16}.{number >> 8 & 255}.{number & 255}"
    if version != __version__:
        raise ImportError(f"glissade: {where} has version {version}, the package {__version__}")


def _check_layout(ffi: cffi.FFI, library: Any, where: str) -> None:
    """Compares each struct's size and its fields' offsets with what the C compiler says."""
    i = 0
    while library.gls_layout[i].name != ffi.NULL:
        place = library.gls_layout[i]
        name = ffi.string(place.name).decode()
        struct, _, field = name.partition(".")
        try:
            here = ffi.offsetof(struct, field) if field else ffi.sizeof(struct)
        except (KeyError, cffi.FFIError) as error:
            raise ImportError(f"glissade: {where}: {name}: {error}") from None
        if here != place.bytes:
            raise ImportError(f"glissade: {where}: {name} is at {place.bytes}, not {here}")
        i += 1
    if i == 0:
        raise ImportError(f"glissade: {where} describes nothing")


def _load() -> tuple[cffi.FFI, Any, str]:
    ffi = cffi.FFI()
    ffi.cdef(_DESCRIPTION)
    library, where = _open(ffi)
    _check_version(library, where)
    lines = []
    while library.gls_declarations[len(lines)] != ffi.NULL:
        lines.append(ffi.string(library.gls_declarations[len(lines)]).decode())
    ffi.cdef("\n".join(lines), override=True)
    _check_layout(ffi, library, where)
    return ffi, library, where


ffi, lib, library_path = _load()
