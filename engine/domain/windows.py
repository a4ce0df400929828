"""What only Windows is asked, by its own calls."""

from __future__ import annotations

import ctypes
import os
from importlib import import_module
from typing import Any

_GENERIC_READ = 0x8000_0000
_SHARE_ALL = 0x1 | 0x2 | 0x4
"""FILE_SHARE_READ, _WRITE and _DELETE; Python's own `open` leaves out the last."""
_OPEN_EXISTING = 3
_SEQUENTIAL_AND_NORMAL = 0x0800_0080
_SYNCHRONIZE = 0x0010_0000
_WAIT_TIMEOUT = 0x102
_ACCESS_DENIED = 5
_DRIVE_REMOTE = 4
_INVALID_HANDLE = ctypes.c_void_p(-1).value


def open_to_read(path: str, flags: int) -> int:
    """Return a descriptor of a file that others may rename and delete meanwhile.

    Raises `OSError`.
    """
    kernel = _kernel()
    handle = kernel.CreateFileW(
        path, _GENERIC_READ, _SHARE_ALL, None, _OPEN_EXISTING, _SEQUENTIAL_AND_NORMAL, None
    )
    if handle in (None, _INVALID_HANDLE):
        raise _failure(path)
    try:
        descriptor: int = import_module("msvcrt").open_osfhandle(handle, flags)
    except OSError:
        kernel.CloseHandle(handle)
        raise
    return descriptor


def is_running(pid: int) -> bool:
    """Say whether a process runs, whoever's it is. (`os.kill` would end it.)"""
    kernel = _kernel()
    handle = kernel.OpenProcess(_SYNCHRONIZE, False, pid)
    if not handle:
        return _last_error() == _ACCESS_DENIED
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == _WAIT_TIMEOUT)
    finally:
        kernel.CloseHandle(handle)


def is_console(descriptor: int) -> bool:
    """Say whether a descriptor leads to a console: `NUL` is a terminal for `isatty` alone."""
    try:
        handle = import_module("msvcrt").get_osfhandle(descriptor)
    except OSError:
        return False
    mode = ctypes.c_ulong()
    return bool(_kernel().GetConsoleMode(handle, ctypes.byref(mode)))


def is_network_drive(drive: str) -> bool:
    """Say whether a drive (`Z:`) is another machine's."""
    return bool(_kernel().GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE)


def short_path(path: str) -> str:
    """Return a path's form of eight and three signs, as it is where the disk keeps none."""
    room = ctypes.create_unicode_buffer(1_024)
    length = _kernel().GetShortPathNameW(path, room, len(room))
    return room.value if 0 < length < len(room) else path


def _kernel() -> Any:
    """Return the system's calls, with the types that handles need on 64 bits."""
    kernel = getattr(ctypes, "WinDLL")("kernel32", use_last_error=True)  # noqa: B009
    for name in ("CreateFileW", "OpenProcess"):
        getattr(kernel, name).restype = ctypes.c_void_p
    for name in ("CloseHandle", "GetConsoleMode", "WaitForSingleObject"):
        call = getattr(kernel, name)
        call.argtypes = [ctypes.c_void_p, *_AFTER_HANDLE[name]]
    kernel.CreateFileW.argtypes = _OF_CREATE_FILE
    kernel.GetDriveTypeW.argtypes = [ctypes.c_wchar_p]
    return kernel


def _failure(path: str) -> OSError:
    number = _last_error()
    return OSError(0, getattr(ctypes, "FormatError", os.strerror)(number).strip(), path, number)


def _last_error() -> int:
    number: int = getattr(ctypes, "get_last_error")()  # noqa: B009
    return number


_AFTER_HANDLE: dict[str, list[Any]] = {
    "CloseHandle": [],
    "GetConsoleMode": [ctypes.c_void_p],
    "WaitForSingleObject": [ctypes.c_ulong],
}
_OF_CREATE_FILE: list[Any] = [
    ctypes.c_wchar_p,
    ctypes.c_ulong,
    ctypes.c_ulong,
    ctypes.c_void_p,
    ctypes.c_ulong,
    ctypes.c_ulong,
    ctypes.c_void_p,
]
