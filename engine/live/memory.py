"""Gives memory back to the system once reading much is over."""

from __future__ import annotations

from contextlib import suppress


def give_back() -> None:
    """Give the system what is free already, where the C library (glibc's) would keep it."""
    with suppress(ImportError, AttributeError, OSError, TypeError):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)
