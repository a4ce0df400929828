"""Where a session works, as its lines tell it (SPEC §7a).

Claude Code keeps a session's transcript below `projects`, in a directory that it names after
the working directory. Different working directories can share such a name.
"""

# No annotation is put off here: as text, each would be compiled anew at every start.

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

MAIN = 0
"""A line of the main chain, whose working directory the directory below `projects` is named by."""
MAIN_ELSEWHERE = 1
"""A line of the main chain that works in another directory by then."""
SIDE = 2
SIDE_ELSEWHERE = 3
"""The same of a side chain."""
UNNAMED = 4
"""A line that names no working directory: the directory's name below `projects` stands in."""
_EMPTY = 5
"""What is added where a line has no tokens: it may be all that a session says of a response whose
tokens another session's line has."""

_LONGEST_NAME = 200
"""Characters of a directory's name; a longer one is cut and ends with a hash."""
_NO_LETTER = r"[^A-Za-z0-9]"
_BEYOND = "[\U00010000-\U0010ffff]"
"""Characters that are two to JavaScript, in which Claude Code names its directories."""


class Workplace(NamedTuple):
    """What a line tells of where its session works; of several the smallest holds.

    So the result depends neither on the order of reading nor on repetition.
    """

    rank: int
    time: int
    """Of the line, UTC milliseconds."""
    path: str
    """The working directory as the line has it, or the name of a directory below `projects`."""

    @property
    def is_name(self) -> bool:
        """Whether the path is but the name of a directory."""
        return self.rank % _EMPTY == UNNAMED


def workplace(
    cwd: str | None,
    directory: str,
    time: int,
    *,
    is_sidechain: bool = False,
    is_empty: bool = False,
) -> Workplace:
    """Return what a line tells that was found in a directory below `projects`."""
    if not cwd:
        rank = UNNAMED
    elif is_named_after(directory, cwd):
        rank = SIDE if is_sidechain else MAIN
    else:
        rank = SIDE_ELSEWHERE if is_sidechain else MAIN_ELSEWHERE
    return Workplace(rank + (_EMPTY if is_empty else 0), time, cwd or directory)


def note(seen: dict[str, Workplace], told: Mapping[str, Workplace]) -> None:
    """Bring what was told of sessions to what is known of them."""
    for session, each in told.items():
        known = seen.get(session)
        if known is None or each < known:
            seen[session] = each


@lru_cache(maxsize=256)
def is_named_after(directory: str, cwd: str) -> bool:
    """Say whether a directory below `projects` bears the name of a working directory.

    Drive letters are compared without case.
    """
    return any(_is_name(directory, name, cwd) for name in directory_names(cwd))


def _is_name(directory: str, name: str, cwd: str) -> bool:
    if has_drive(cwd):
        directory, name = directory[:1].lower() + directory[1:], name[:1].lower() + name[1:]
    if len(name) <= _LONGEST_NAME:
        return directory == name
    return directory == name or directory.startswith(f"{name[:_LONGEST_NAME]}-")


def directory_names(cwd: str) -> Iterable[str]:
    """Yield how a working directory's may be named: `-` stands for all but letters and digits."""
    for path in dict.fromkeys((cwd, cwd.rstrip("/\\"))):
        if not path.isascii():
            yield re.sub(_NO_LETTER, "-", re.sub(_BEYOND, "--", path))
        yield re.sub(_NO_LETTER, "-", path)


def has_drive(path: str) -> bool:
    """Say whether a path begins with a drive's letter, as on Windows."""
    return path[1:2] == ":" and path[0].isascii() and path[0].isalpha()
