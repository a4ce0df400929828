"""Where configuration files lie."""

# No annotation is put off here: as text, each would be compiled anew at every start.

import os
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from engine.domain.paths import config_directory

FileKind = Literal["ccusage", "user", "project", "named"]

PROJECT_FILE = ".ccmon.toml"
_USER_FILE = "config.toml"
_CCUSAGE_FILE = "ccusage.json"


class Place(NamedTuple):
    """A place where configuration may lie; the file need not exist."""

    kind: FileKind
    path: str
    is_project: bool = False
    """It belongs to the directory one stands in, which somebody else may have written."""


def user_file(environment: Mapping[str, str]) -> str:
    """Return the path of the user's own `config.toml`."""
    return os.path.join(config_directory(environment, os.path.expanduser("~")), _USER_FILE)


def places(environment: Mapping[str, str], named: str | None = None) -> tuple[Place, ...]:
    """Return every place that is looked at, the weakest first.

    A file that is named takes the place of the user's and the project's; a named
    `.json` is read as ccusage's, in place of all. Those in a home directory are left out
    where the system knows none.
    """
    if named is not None:
        path = os.path.expanduser(named)
        if path.endswith(".json"):
            return (Place("ccusage", path),)
        return (*_ccusage_places(environment), Place("named", path))
    found = (
        *_ccusage_places(environment),
        Place("user", user_file(environment)),
        Place("project", os.path.join(os.curdir, PROJECT_FILE), is_project=True),
    )
    return tuple(place for place in found if not place.path.startswith("~"))


def _ccusage_places(environment: Mapping[str, str]) -> Iterator[Place]:
    """Return where ccusage looks for its configuration, the place it prefers last."""
    listed = [
        os.path.expanduser(each.strip())
        for each in environment.get("CLAUDE_CONFIG_DIR", "").split(",")
        if each.strip()
    ]
    roots = listed or [os.path.expanduser("~/.config/claude"), os.path.expanduser("~/.claude")]
    for root in reversed(roots):
        yield Place("ccusage", os.path.join(root, _CCUSAGE_FILE))
    yield Place("ccusage", os.path.join(os.curdir, ".ccusage", _CCUSAGE_FILE), is_project=True)
