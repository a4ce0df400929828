"""What a walk found below a root, kept packed: who asks again lists no directory that is as it was.

A directory's time moves when a file comes into it or leaves it; whether one has grown its own
state tells. That holds where nothing was written just before the walk, on file systems that are
this machine's own, and without links, behind which something else may come to be.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Mapping
from contextlib import suppress

import msgspec
from msgspec import Struct

from engine.domain.files import numbers_of, signed
from engine.domain.system import PLATFORM
from engine.ingest.discover import Walk
from engine.native import native_listing

_SETTLED = 2 * 10**9
"""Nanoseconds after which a directory's time can be trusted: some clocks of files are coarse."""
_TRUSTED = frozenset(("ext2", "ext3", "ext4", "xfs", "f2fs", "tmpfs"))
"""File systems that tell every change at once."""
_MOUNTS = "/proc/self/mountinfo"


class _Listing(Struct, array_like=True, gc=False):
    """Directories, each with the names of its transcripts."""

    directories: list[tuple[str, int, int, int]]
    """Path, device, inode and time (nanoseconds)."""
    names: list[list[str]]
    marks: bytes
    """Of all transcripts in order: device, inode, size and time, as `array("q")` has them."""


_decode = msgspec.msgpack.Decoder(_Listing).decode


def pack_walk(walk: Walk, began: int) -> bytes | None:
    """Return a walk that began at a time (nanoseconds), `None` where it cannot be trusted."""
    if walk.refused or not walk.is_plain or PLATFORM != "linux":
        return None
    of: dict[str, list[str]] = {path: [] for path in walk.directories}
    files = sorted(walk.files, key=lambda each: each.path)
    marks = array("q")
    for each in files:
        directory, name = os.path.split(each.path)
        of[directory].append(name)
    directories: list[tuple[str, int, int, int]] = []
    with suppress(OSError):
        for path in of:
            status = os.stat(path)
            if status.st_mtime_ns > began - _SETTLED:
                return None
            directories.append((path, *numbers_of(status), status.st_mtime_ns))
    if len(directories) < len(of) or not _are_trusted({each[1] for each in directories}):
        return None
    placed = {each.path: each for each in files}
    for path, names in of.items():
        for name in names:
            found = placed[os.path.join(path, name)]
            marks.extend((found.device, found.inode, found.size, found.mtime))
    try:
        return msgspec.msgpack.encode(_Listing(directories, list(of.values()), marks.tobytes()))
    except UnicodeEncodeError:
        return None  # a name that is not text


def unchanged(packed: bytes, environment: Mapping[str, str]) -> int | None:
    """Return how many transcripts a walk would find, `None` where anything is other than kept."""
    is_as_listed = native_listing(environment) or _is_as_listed
    try:
        listing = _decode(packed)
        if is_as_listed(listing.directories, listing.names, listing.marks):
            return sum(map(len, listing.names))
    except (OSError, ValueError, IndexError, OverflowError, msgspec.DecodeError):
        pass
    return None


def _is_as_listed(
    directories: list[tuple[str, int, int, int]], names: list[list[str]], packed: bytes
) -> bool:
    """Say whether directories and files are as listed; raises `OSError` where one is gone."""
    marks = array("q", packed)
    place, stat = 0, os.stat
    for (path, *kept), below in zip(directories, names, strict=True):
        status = stat(path)
        if [*numbers_of(status), status.st_mtime_ns] != kept:
            return False
        head = path + os.sep
        for name in below:
            status = stat(head + name)
            if (
                status.st_size != marks[place + 2]
                or status.st_mtime_ns != marks[place + 3]
                or signed(status.st_ino) != marks[place + 1]
                or signed(status.st_dev) != marks[place]
            ):
                return False
            place += 4
    return place == len(marks)


def _are_trusted(devices: Iterable[int]) -> bool:
    """Say whether directories on some devices show at once that they have changed."""
    kinds: dict[int, str] = {}
    with suppress(OSError, ValueError), open(_MOUNTS, encoding="utf-8", errors="replace") as file:
        for line in file:
            before, _, after = line.partition(" - ")
            major, _, minor = before.split()[2].partition(":")
            kinds[os.makedev(int(major), int(minor))] = after.split()[0]
    return all(kinds.get(device) in _TRUSTED for device in devices)
