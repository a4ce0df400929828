"""Files that only point to others: what Git LFS and git-annex leave where nothing was fetched."""

from __future__ import annotations

LFS = "a Git LFS pointer: the file itself was not fetched (git lfs pull)"
ANNEX = "a git-annex pointer: the file itself was not fetched (git annex get)"
LONGEST = 1 << 15
"""Bytes; no pointer is as long."""

_BEGINNINGS = (
    (b"version https://git-lfs.github.com/spec/", LFS),
    (b"version https://hawser.github.com/spec/", LFS),
    (b"/annex/objects/", ANNEX),
)
_BEFORE = b"\xef\xbb\xbf \t\r\n"


def pointer_in(head: bytes | None) -> str | None:
    """Return what a file is that begins so, `None` where it points nowhere.

    `None` is what is read of a file of the kernel that has nothing to say at the moment.
    """
    text = (head or b"")[:200].lstrip(_BEFORE)
    return next((said for beginning, said in _BEGINNINGS if text.startswith(beginning)), None)
