# SPDX-License-Identifier: Apache-2.0
"""The library's errors as exceptions."""

from ._library import ffi, lib


class Error(Exception):
    """A call was refused. Its text is the library's (gls_status_text); nothing has been written.

    status: the number of gls_status, below 0."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(text or ffi.string(lib.gls_status_text(status)).decode())
        self.status = status


def check(status: int) -> None:
    """Raises Error unless status is GLS_OK (0)."""
    if status:
        raise Error(status)
