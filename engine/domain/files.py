"""Opens, names and replaces files that other programs use too, as each system wants it.

Windows refuses to rename what anybody has open, and to open a path of more than 260 signs; its
file systems number files beyond what SQLite's integers hold. No other module knows of that.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from stat import S_ISREG
from typing import cast

from engine.domain.system import PLATFORM

_DRAFT = ".ccmon-draft-"
_DRAFT_DEAD = 3_600.0
"""Seconds after which nobody can still be writing a draft."""
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_TRIES = 10
_PAUSE = 0.1
"""Seconds between tries to replace a file that a virus scanner or an indexer has open."""
_LONGEST_PATH = 247
"""Signs of a path that every call of Windows takes, also that of a directory."""


def open_regular(
    path: str | os.PathLike[str], buffering: int = -1, platform: str = PLATFORM
) -> BufferedReader:
    """Open a file of another program, or of the user's, to be read as bytes; raises `OSError`.

    Its owner may rename, replace or delete it meanwhile, on Windows too. A pipe, or a file of
    the kernel that has nothing to say yet, such as `/proc/kmsg`, is an error at once.
    """
    opener = _opened_on_windows if platform == "win32" else _opened
    opened = open(path, "rb", buffering=buffering, opener=opener)  # noqa: SIM115
    file = cast(BufferedReader, opened)
    if not S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(0, "it is not a regular file", os.fspath(path))
    return file


def read_regular(path: str | os.PathLike[str], platform: str = PLATFORM) -> bytes:
    """Return the bytes of a file that `open_regular` opens; raises `OSError`."""
    with open_regular(path, platform=platform) as file:
        return file.read() or b""


def replace(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    platform: str = PLATFORM,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Put a file in another's place; raises `OSError`.

    Windows refuses it while anybody has the target open: there it is tried for a second.
    """
    tries = _TRIES if platform == "win32" else 1
    for left in reversed(range(tries)):
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if not left:
                raise
            wait(_PAUSE)


def write_whole(
    path: Path, data: bytes, mode: int = 0o600, *, makes_directory: bool = True
) -> None:
    """Put a file in its place in one step, or leave what is there; raises `OSError`."""
    import tempfile

    if makes_directory:
        path.parent.mkdir(parents=True, exist_ok=True)
    _remove_dead_drafts(path.parent)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=_DRAFT)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(draft, mode)
        replace(draft, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise


def _remove_dead_drafts(directory: Path) -> None:
    """Remove what writers left that were killed."""
    with suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            is_draft = entry.name.startswith(_DRAFT)
            if is_draft and time.time() - entry.stat().st_mtime > _DRAFT_DEAD:
                os.unlink(entry.path)


def read_or_nothing(path: Path) -> bytes:
    """Return what a file holds, nothing where it cannot be read."""
    try:
        return read_regular(path)
    except OSError:
        return b""


def signed(number: int) -> int:
    """Fit the number of a file or of its device into SQLite's signed 64 bits.

    An inode of some file systems and a volume's serial on Windows have 64 bits without a sign;
    a file's number on ReFS has 128, of which a digest is taken.
    """
    if number < 1 << 63:
        return number
    if number < 1 << 64:
        return number - (1 << 64)
    from engine.domain.digest import blake2b

    digest = blake2b(number.to_bytes(16, "little"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def numbers_of(status: os.stat_result) -> tuple[int, int]:
    """Return device and inode, each fit for SQLite: what tells a file from all others."""
    return signed(status.st_dev), signed(status.st_ino)


def reachable(path: str, platform: str = PLATFORM) -> str:
    """Return how the system takes a path of any length."""
    if platform != "win32" or len(path) <= _LONGEST_PATH or path.startswith("\\\\?\\"):
        return path
    path = path.replace("/", "\\")
    return f"\\\\?\\UNC{path[1:]}" if path.startswith("\\\\") else f"\\\\?\\{path}"


def is_remote(path: str, platform: str = PLATFORM) -> bool:
    """Say whether a path is known to lie on another machine's drive.

    Elsewhere than on Windows SQLite itself finds out what a drive cannot do.
    """
    if platform != "win32":
        return False
    from ntpath import splitdrive

    from engine.domain import windows

    drive = splitdrive(path)[0]
    return drive.startswith(("\\\\", "//")) or (bool(drive) and windows.is_network_drive(drive))


def address_of(path: str, how: str) -> str:
    """Return SQLite's address of a database file: `how` is what follows the `?`.

    All of the path is quoted, so that a share of Windows (`\\\\server\\share`) is no host.
    """
    from urllib.parse import quote

    return f"file:{quote(os.fsencode(os.path.abspath(path)))}?{how}"


def real_path(path: str | os.PathLike[str], platform: str = PLATFORM) -> str:
    """Return a path with its links resolved, and in the letter case that the disk has.

    Where macOS knows a directory in another case than it was asked for, its events name it in
    the disk's; Windows' `realpath` gives that by itself.
    """
    real = os.path.realpath(path)
    if platform != "darwin":
        return real
    from engine.domain.mac import case_on_disk

    return case_on_disk(real)


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | _NONBLOCK)


def _opened_on_windows(path: str, flags: int) -> int:
    from engine.domain import windows

    return windows.open_to_read(reachable(path, "win32"), flags)
