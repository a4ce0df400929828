"""A process that takes itself for one on Windows, as far as that can be had elsewhere.

`become_windows` has everything loaded that asks for the system when it is imported, then says
`win32`. File numbers, times, descriptors and what only Windows has are those of Windows; paths
stay POSIX's, for the disk has no others (`ntpath` is tested by itself).

    python -m tests.platforms.pretended daily --json
"""

from __future__ import annotations

import ctypes
import datetime as clocks
import os
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EINVAL
from importlib import import_module
from typing import Any

SERIAL = 0xA8B2_1C4D_5E6F_7081
"""A volume's serial as Python 3.12 and later tells it: more than a signed integer holds."""
FILE_ON_REFS = 1 << 64
"""What a file's number on ReFS is beyond."""
POSIX_MODULES = ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty", "syslog")
_POSIX_NAMES = [
    "fork",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getpgrp",
    "getpgid",
    "setsid",
    "mkfifo",
    "mknod",
    "killpg",
    "setresuid",
    "tcgetpgrp",
    "openpty",
    "forkpty",
    "statvfs",
    "chown",
    "lchown",
    "sysconf",
    "nice",
    "O_NONBLOCK",
]
_POSIX_SIGNALS = [
    "SIGHUP",
    "SIGKILL",
    "SIGSTOP",
    "SIGCONT",
    "SIGTSTP",
    "SIGTTOU",
    "SIGWINCH",
    "SIGUSR1",
    "SIGPIPE",
]
_LOADED_BEFORE = [
    "argparse",
    "asyncio",
    "concurrent.futures",
    "ctypes",
    "curses",
    "difflib",
    "getpass",
    "glob",
    "hashlib",
    "http.client",
    "importlib.metadata",
    "importlib.resources",
    "json",
    "locale",
    "logging",
    "msgspec",
    "multiprocessing",
    "multiprocessing.connection",
    "pathlib",
    "platform",
    "selectors",
    "shlex",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "tomllib",
    "tzlocal",
    "unicodedata",
    "urllib.request",
    "uuid",
    "zipfile",
    "zlib",
    "zoneinfo",
]


_FOR_GOOD: list[object] = []
"""What holds until the process ends; a context that is let go of would end before."""


class Refusing(clocks.datetime):
    """`datetime` on Windows' C library: no moment before 1970, none after the year 3000."""

    @classmethod
    def fromtimestamp(cls, timestamp: float, tz: Any = None) -> Any:
        """Refuse what Windows refuses."""
        if not 0 <= timestamp < 32_536_850_400:
            raise OSError(EINVAL, "Invalid argument")
        return super().fromtimestamp(timestamp, tz)


class Kernel:
    """`kernel32` as far as it is called; descriptors stand for its handles."""

    def __init__(self) -> None:
        self.shares: list[int] = []
        self.consoles: set[int] = set()
        self.alive: set[int] = set()
        self.drives: dict[str, int] = {}
        self.error = 0
        self.refuses = False
        """Whether every process is another user's."""
        for name in type(self).__dict__:
            if name[0].isupper():
                setattr(self, name, _Call(getattr(self, name)))

    def CreateFileW(self, path: str, _access: int, share: int, *_: object) -> int:
        self.shares.append(share)
        try:
            return os.open(path, os.O_RDONLY)
        except OSError as error:
            self.error = 2 if isinstance(error, FileNotFoundError) else 5
            return ctypes.c_void_p(-1).value or 0

    def CloseHandle(self, _handle: int) -> int:
        return 1

    def OpenProcess(self, _access: int, _inherit: bool, pid: int) -> int:
        self.error = 5 if self.refuses else 87
        return pid if pid in self.alive and not self.refuses else 0

    def WaitForSingleObject(self, handle: int, _milliseconds: int) -> int:
        return 0x102 if handle in self.alive else 0

    def GetConsoleMode(self, handle: int, _mode: object) -> int:
        return int(handle in self.consoles)

    def GetDriveTypeW(self, root: str) -> int:
        return self.drives.get(root, 3)

    def GetShortPathNameW(self, path: str, room: Any, _length: int) -> int:
        room.value = path.replace("Program Files", "PROGRA~1")
        return len(room.value)


class _Call:
    """A call of a library, on which types may be set."""

    def __init__(self, does: Any) -> None:
        self._does = does

    def __call__(self, *given: Any) -> Any:
        return self._does(*given)


@contextmanager
def kernel32(kernel: Kernel) -> Iterator[Kernel]:
    """Put Windows' calls where `engine.domain.windows` looks for them."""
    msvcrt: Any = types.ModuleType("msvcrt")
    msvcrt.open_osfhandle = lambda handle, _flags: handle
    msvcrt.get_osfhandle = lambda descriptor: descriptor
    msvcrt.LK_NBLCK = 2
    msvcrt.locking = lambda _handle, _mode, _length: None
    put: dict[str, Any] = {
        "WinDLL": lambda _name, use_last_error: kernel,
        "get_last_error": lambda: kernel.error,
        "FormatError": lambda number: f"failure {number} of Windows",
    }
    before = sys.modules.get("msvcrt")
    sys.modules["msvcrt"] = msvcrt
    for name, value in put.items():
        setattr(ctypes, name, value)
    try:
        yield kernel
    finally:
        for name in put:
            delattr(ctypes, name)
        if before is None:
            del sys.modules["msvcrt"]
        else:
            sys.modules["msvcrt"] = before


def windows_status(status: os.stat_result) -> os.stat_result:
    """Return what `os.stat` tells, with numbers as large as Windows' are."""
    inode = FILE_ON_REFS + (status.st_ino << 40) + 7
    fields = [status.st_mode, inode, SERIAL, *status[3:]]
    times = {
        name: getattr(status, name)
        for name in ("st_atime_ns", "st_mtime_ns", "st_ctime_ns", "st_atime", "st_mtime")
    }
    return os.stat_result(fields, times)


def number_files_as_windows() -> None:
    """Have every look at a file tell Windows' numbers."""
    really = os.stat
    os.stat = lambda *given, **more: windows_status(really(*given, **more))


def become_windows(*, without_names: bool = True) -> Kernel:
    """Take this process for one on Windows, for the rest of its life."""
    for name in _LOADED_BEFORE:
        import_module(name)
    kernel = Kernel()
    calls = kernel32(kernel)
    calls.__enter__()
    _FOR_GOOD.append(calls)
    registry: Any = types.ModuleType("winreg")
    values = [("TimeZoneKeyName", "W. Europe Standard Time\0\0\0", 1)]
    registry.HKEY_LOCAL_MACHINE = 0
    registry.ConnectRegistry = lambda *_: 0
    registry.OpenKey = lambda *_: types.SimpleNamespace(Close=lambda: None)
    registry.QueryInfoKey = lambda _key: (0, len(values), 0)
    registry.EnumValue = lambda _key, number: values[number]
    sys.modules["winreg"] = registry
    clocks.datetime = Refusing  # type: ignore[misc]
    number_files_as_windows()
    if without_names:
        _forget_posix()
    sys.platform = "win32"
    return kernel


def _forget_posix() -> None:
    signals = import_module("signal")
    for module, names in ((os, _POSIX_NAMES), (signals, _POSIX_SIGNALS)):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    for name in POSIX_MODULES:
        sys.modules[name] = None  # type: ignore[assignment]


if __name__ == "__main__":
    become_windows()
    from tui.cli import main

    sys.exit(main(sys.argv[1:]))
