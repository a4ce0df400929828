"""Unpacks Zstandard files with what there is: Python 3.14, a package, or the `zstd` program."""

from __future__ import annotations

from importlib import import_module

from engine.agents.base import Unreadable

_MODULES = ("compression.zstd", "backports.zstd")
"""Python's own from 3.14 on, and the same for earlier ones; both have the same names."""
_MISSING = "compressed, and nothing here can unpack it: install backports.zstd (pip) or zstd"
_DAMAGED = "compressed, and damaged"


def unpacked(data: bytes) -> bytes:
    """Return the content of a Zstandard file; raises `Unreadable`."""
    for name in _MODULES:
        try:
            zstd = import_module(name)
        except ImportError:
            continue
        try:
            return bytes(zstd.decompress(data))
        except (zstd.ZstdError, MemoryError) as error:
            raise Unreadable(_DAMAGED) from error
    return _unpacked_by_program(data)


def _unpacked_by_program(data: bytes) -> bytes:
    import shutil
    import subprocess

    program = shutil.which("zstd")
    if program is None:
        raise Unreadable(_MISSING)
    try:
        done = subprocess.run([program, "-dcq"], input=data, capture_output=True, check=True)
    except OSError as error:
        raise Unreadable(_MISSING) from error
    except subprocess.CalledProcessError as error:
        raise Unreadable(_DAMAGED) from error
    return done.stdout
