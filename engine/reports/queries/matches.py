"""Which projects and models a user means: an exact name before a part of one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType

from engine.pricing.match import folded

_MOST_NEAR = 3


def find_projects(
    pattern: str,
    projects: Mapping[int, tuple[str, str]],
    short_names: Mapping[int, str],
    key_at: Callable[[str], str] = str,
    paths: ModuleType = os.path,
) -> tuple[int, ...]:
    """Return the projects whose directory's name or working directory is a pattern.

    Where there is none, those of whose directory's name, working directory or short name it
    is a part, whatever the case; of a place such as `.` or `~/code` those below it.
    `projects` holds both by number; `key_at` tells what names the project of a path, `paths`
    (`posixpath` or `ntpath`) how paths are written here.
    """
    path = _path(pattern, paths)
    key = key_at(path) if path else ""
    is_relative = _is_relative(pattern, paths)
    part = pattern.rstrip(_separators(paths)).lower() or pattern
    rules: list[Callable[[int, str, str], bool]] = [
        lambda _, name, directory: (
            name == pattern
            or (bool(path) and (key in (name, directory) or _same(directory, path, paths)))
        ),
        lambda number, name, directory: (
            _is_below(directory, path, paths)
            if is_relative
            else any(part in each.lower() for each in (name, directory, short_names[number]))
        ),
    ]
    for rule in rules:
        found = [number for number, named in projects.items() if rule(number, *named)]
        if found:
            return tuple(found)
    return ()


def find_models(pattern: str, models: Mapping[int, str]) -> tuple[int, ...]:
    """Return the models that a pattern names; else those whose name it is a part of.

    Case and the way a version is written do not matter: `opus 5.5` is part of
    `claude-opus-5-5`.
    """
    asked, bare = folded(pattern), _bare(pattern)
    rules: list[Callable[[str], bool]] = [
        lambda name: name == pattern,
        lambda name: folded(name) == asked,
        lambda name: bool(asked) and (asked in folded(name) or pattern.lower() in name.lower()),
        lambda name: bool(bare) and bare in _bare(name),
    ]
    for rule in rules:
        found = [number for number, name in models.items() if rule(name)]
        if found:
            return tuple(found)
    return ()


def find_named(pattern: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are a pattern, whatever the case; else those it is a part of."""
    asked, known = pattern.lower(), tuple(names)
    exact = tuple(name for name in known if name.lower() == asked)
    return exact or tuple(name for name in known if asked in name.lower())


def no_project(pattern: str, projects: Iterable[tuple[str, str]], names: Iterable[str]) -> str:
    """Say that no project has a name, with those that come near."""
    known = [*names, *(name for name, _ in projects)]
    near = _nearest(pattern.rstrip("/").rpartition("/")[2] or pattern, known)
    hint = f"the nearest are {near}" if near else "`ccmon projects` lists them all"
    return f"No project is named like '{pattern}': {hint}."


def no_model(pattern: str, models: Sequence[str]) -> str:
    """Say that no model has a name, with those that come near."""
    near = _nearest(pattern, models)
    hint = f"the nearest are {near}" if near else "`ccmon models` lists them all"
    return f"No model is named like '{pattern}': {hint}."


def none_named(noun: str, pattern: str, known: Iterable[str]) -> str:
    """Say that no machine or person has a name, with all that are known."""
    names = sorted(known)
    if not names:
        return f"No {noun} is known but this one's: `ccmon share` brings others in."
    return f"No {noun} is named like '{pattern}': there are {', '.join(names)}."


def _nearest(pattern: str, known: Iterable[str]) -> str:
    """Return up to three names that come near, in words."""
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known if name}
    near = get_close_matches(pattern.lower(), by_lower, n=_MOST_NEAR, cutoff=0.5)
    names = [by_lower[each] for each in near]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _separators(paths: ModuleType) -> str:
    return f"/{paths.sep}" if paths.sep != "/" else "/"


def _is_relative(pattern: str, paths: ModuleType) -> bool:
    """Say whether a pattern is a place relative to another, which no name contains."""
    head = re.split(f"[{re.escape(_separators(paths))}]", pattern, maxsplit=1)[0]
    return head in (".", "..", "~")


def _path(pattern: str, paths: ModuleType) -> str:
    """Return the place a pattern names, empty where it is not a path."""
    is_path = any(each in pattern for each in _separators(paths))
    if not _is_relative(pattern, paths) and not is_path:
        return ""
    try:
        return str(paths.realpath(paths.expanduser(pattern)))
    except (OSError, ValueError):
        return ""


def _is_below(directory: str, path: str, paths: ModuleType) -> bool:
    """Say whether a directory lies below a path, whatever the letter case where that is one."""
    ends = str(paths.normcase(path)).rstrip(paths.sep) + paths.sep
    return bool(paths.normcase(directory).startswith(ends))


def _same(directory: str, path: str, paths: ModuleType) -> bool:
    if not directory:
        return False
    wanted = paths.normcase(path)
    return bool(
        paths.normcase(directory) == wanted or paths.normcase(paths.realpath(directory)) == wanted
    )


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
