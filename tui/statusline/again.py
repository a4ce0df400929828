"""The line that was printed a moment ago, where all that it depends on is as it was.

Whoever asks the same again within five seconds, as Claude Code does for every change of its
screen, is answered without the code that makes lines: a process that loads it takes twice as
long. A line is kept by what is asked: words, surroundings, directory and the hook's JSON. It
holds for a revision of the ledger, a step of the clock, and files that are as they were: the
session's transcripts, the configuration and what says whose account it is.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time

from engine.domain.digest import blake2b
from engine.domain.paths import usual_ledger
from engine.ledger.kept_lines import Stamp, keep_line, kept_line
from tui import __version__
from tui.statusline.given import given_input
from tui.terminal.console import is_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_STEP = 5_000
"""Milliseconds that a line holds at most: rates are shown for steps of that length, on which the
minutes fall in which times are told."""
_PASSING = "total_duration_ms"
"""What of a hook's cost is another at each call; no line tells it."""

_BY_HAND = ("--h", "--i", "--m", "--u", "--w", "--y")
"""How options begin that are for whoever sets the line up, or that run another program, and what
stands before words that are packed and may be such."""


def print_again(words: Sequence[str]) -> bool:
    """Print the kept line of a command line where there is one; return whether there was."""
    if not _is_hook(words) or sys.stdin is None or is_terminal(sys.stdin):
        return False
    line = Asked(words, os.environ, given_input(), moment()).kept()
    if line is None:
        return False
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
    return True


def _is_hook(words: Sequence[str]) -> bool:
    """Say whether a command line asks for a line, and for nothing that is done by hand."""
    return words[:1] == ["statusline"] and not any(
        word.startswith(_BY_HAND) or (word.startswith("-") and word[:2] not in ("--", "-B"))
        for word in words[1:]
    )


class Asked:
    """One line asked for: what it is kept by, and the files that it depends on as they are."""

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str], given: bytes, now: int
    ) -> None:
        self._ledger = usual_ledger(environment)
        self._now = now
        around = sorted(each for each in environment.items() if each[0] != "_")
        asked = (__version__, list(words), around, os.path.abspath(os.curdir), _lasting(given))
        self._key = blake2b(repr(asked).encode("utf-8", "replace"), digest_size=16).hexdigest()
        self._files: dict[str, Stamp] = {}
        self._held: tuple[str, int] | None = None

    def kept(self) -> str | None:
        """Return the line that holds, if one does; never raises."""
        try:
            found = kept_line(self._ledger, self._key, self._now)
        except (sqlite3.Error, ValueError, TypeError):
            return None
        if found is None or any(stamp_of(path) != stamp for path, stamp in found[1].items()):
            return None
        return found[0]

    def note(self, paths: Iterable[str]) -> None:
        """Note how files are, before they are read; there may be none at a path."""
        for path in paths:
            self._files[os.path.abspath(path)] = stamp_of(path)

    def hold(self, line: str, ledger: str, revision: int) -> None:
        """Say which line was made of a ledger as of a revision, and may be kept."""
        if os.path.abspath(ledger) == os.path.abspath(self._ledger):
            self._held = (line, revision)

    def keep(self) -> None:
        """Keep the line that was held; where that cannot be, the next one is made anew."""
        if self._held is None:
            return
        line, revision = self._held
        until = self._now - self._now % _STEP + _STEP
        try:
            keep_line(self._ledger, self._key, line, revision, until, self._files, self._now)
        except (sqlite3.Error, ValueError, TypeError):
            return


def moment() -> int:
    """Return now as UTC milliseconds."""
    return time.time_ns() // 1_000_000


def stamp_of(path: str) -> Stamp:
    """Return what tells that a file, or a directory's list of files, is another."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns]


def _lasting(given: bytes) -> str:
    """Return what a hook hands over, without what is another at each call."""
    try:
        value = json.loads(given)
    except (ValueError, RecursionError):
        return repr(given)
    if isinstance(value, dict) and isinstance(value.get("cost"), dict):
        value["cost"].pop(_PASSING, None)
    return repr(value)


def files_of_session(transcript: str) -> list[str]:
    """Return the files and directories in which a session may have something new."""
    if not transcript.endswith(".jsonl"):
        return [transcript] if transcript else []
    path = os.path.realpath(transcript)
    found = [path]
    for directory, _, names in os.walk(path.removesuffix(".jsonl")):
        found += [directory, *(os.path.join(directory, name) for name in names)]
    return found
