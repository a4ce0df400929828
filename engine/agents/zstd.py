"""Unpacks Zstandard files with what there is: Python 3.14, a package, or the `zstd` program."""

from __future__ import annotations

from importlib import import_module

from engine.agents.base import Unreadable
from engine.domain.processes import unseen

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


def frames(data: bytes) -> tuple[bytes, str]:
    """Return what a log of frames holds, and why not all; a last unfinished frame is not a reason.

    A log that is being written ends in a frame that is not, whose beginning is read.
    """
    for name in _MODULES:
        try:
            zstd = import_module(name)
        except ImportError:
            continue
        parts: list[bytes] = []
        try:
            while data:
                frame = zstd.ZstdDecompressor()
                parts.append(frame.decompress(data))
                data = frame.unused_data if frame.eof else b""
        except (zstd.ZstdError, MemoryError):
            return b"".join(parts), _DAMAGED
        return b"".join(parts), ""
    return _frames_by_program(data)


def _frames_by_program(data: bytes) -> tuple[bytes, str]:
    import shutil
    import subprocess

    program = shutil.which("zstd")
    if program is None:
        return b"", _MISSING
    done = subprocess.run(
        [program, "-dcq"], input=data, capture_output=True, check=False, **unseen()
    )
    return done.stdout, ""


def _unpacked_by_program(data: bytes) -> bytes:
    import shutil
    import subprocess

    program = shutil.which("zstd")
    if program is None:
        raise Unreadable(_MISSING)
    try:
        done: subprocess.CompletedProcess[bytes] = subprocess.run(
            [program, "-dcq"], input=data, capture_output=True, check=True, **unseen()
        )
    except OSError as error:
        raise Unreadable(_MISSING) from error
    except subprocess.CalledProcessError as error:
        raise Unreadable(_DAMAGED) from error
    return done.stdout
