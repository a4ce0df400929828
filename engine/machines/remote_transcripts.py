"""The shell's side of reading transcripts through ssh: what is there, and pieces of it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import IO

from msgspec import Struct

from engine.domain.digest import blake2b

_MOST = 32 << 20
"""Bytes that are asked for at once."""
_BEFORE = 512
"""So many bytes before a piece tell whether the file is still the one that was read."""
_SUFFIX = ".jsonl"
_LISTING = b"""\
ccmon_look() {
  [ -d "$1/projects" ] || return 0
  printf 'root %s\\n' "$1"
  find -L "$1/projects" -type f -name '*.jsonl' -exec wc -c {} + 2>/dev/null
  return 0
}
if [ -n "${CLAUDE_CONFIG_DIR:-}" ]; then
  IFS=,
  for place in $CLAUDE_CONFIG_DIR; do ccmon_look "$place"; done
else
  ccmon_look "${XDG_CONFIG_HOME:-$HOME/.config}/claude"
  ccmon_look "$HOME/.claude"
fi
"""
"""POSIX, and every name of a file in one line: one with a line's end in it is passed over."""


def listing() -> bytes:
    """Return the script that lists the transcripts of the usual places, with their sizes."""
    return _LISTING


class Listed(Struct, frozen=True):
    """A transcript on the other machine."""

    path: str
    relative: str
    """Below `projects`."""
    size: int

    @staticmethod
    def all_in(said: bytes) -> list[Listed]:
        """Return what the script has listed, each path once."""
        found: dict[str, Listed] = {}
        root = ""
        for line in said.decode("utf-8", "replace").splitlines():
            if line.startswith("root "):
                root = line[5:]
                continue
            size, _, path = line.strip().partition(" ")
            below = f"{root}/projects/"
            is_transcript = path.startswith(below) and path.endswith(_SUFFIX)
            if size.isdigit() and is_transcript and "\ufffd" not in path:
                found[path] = Listed(path, path[len(below) :], int(size))
        return list(found.values())


class Piece(Struct, frozen=True):
    """A part of a transcript to read, with what comes before it."""

    path: str
    relative: str
    offset: int
    length: int

    @property
    def length_before(self) -> int:
        """Bytes before the piece that are read with it."""
        return min(self.offset, _BEFORE)

    @staticmethod
    def script(pieces: Iterable[Piece]) -> bytes:
        """Return the script that prints pieces, one after another, each with a line behind it."""
        lines = ['p() { tail -c +"$1" "$3" | head -c "$2"; printf \'\\nccmon-end\\n\'; }']
        for each in pieces:
            start, length = each.offset - each.length_before, each.length + each.length_before
            lines.append(f"p {start + 1} {length} {shlex.quote(each.path)}")
        return "\n".join(lines).encode() + b"\n"

    def content(self, said: IO[bytes]) -> bytes | None:
        """Return the bytes that were printed for it; `None` where there were fewer."""
        content = said.read(self.length_before + self.length)
        end = said.readline(), said.readline()
        return content if end == (b"\n", b"ccmon-end\n") else None

    def digest_before(self, content: bytes) -> str:
        """Return what tells the bytes before the piece from others."""
        return _digest(content[: self.length_before])

    def digest_at(self, content: bytes, end: int) -> str:
        """Return the same of the bytes before a place in the file."""
        at = end - self.offset + self.length_before
        return _digest(content[max(at - _BEFORE, 0) : at])


def next_pieces(there: Iterable[Listed], read: Mapping[str, int]) -> list[Piece]:
    """Return what is to be read next, of each file one piece, and not too much together.

    A file that is shorter than what was read of it is read from its start.
    """
    batch: list[Piece] = []
    left = _MOST
    for each in there:
        offset = read.get(each.path, 0)
        offset = offset if offset <= each.size else 0
        length = min(each.size - offset, left)
        if length > 0:
            batch.append(Piece(each.path, each.relative, offset, length))
            left -= length
    return batch


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=8).digest().hex()
