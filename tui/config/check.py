"""Says whether a configuration is right to the last word."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tui.config.in_force import read_place
from tui.config.layer import ConfigError, Found, Layer
from tui.config.places import Place
from tui.words.format import plain

_WRONG = 2


def check_place(place: Place) -> int:
    """Say all that is wrong in a file, or that it is valid; return 2 where something is wrong."""
    mistakes = list(_mistakes(place))
    for mistake in mistakes:
        print(f"ccmon: {plain(mistake)}", file=sys.stderr)
    if mistakes:
        return _WRONG
    layer = read_place(place)
    if layer.problem:
        print(f"{place.path} {layer.problem}: it is ignored.")
    else:
        print(f"{place.path} is valid.")
    return 0


def _mistakes(place: Place) -> Iterator[str]:
    """Yield what cannot hold: each key alone, then what cannot hold together."""
    if place.kind != "ccusage":
        from tui.config.toml_file import toml_mistakes

        found = tuple(toml_mistakes(place))
        yield from found
        if found:
            return
    try:
        yield from _contradictions(read_place(place))
    except ConfigError as error:
        yield str(error)


def _contradictions(layer: Layer) -> Iterator[str]:
    """Yield what excludes each other in one table."""
    from tui.config.toml_file import configurable

    for command, found in layer.values.items():
        options = {each.dest: each for each in configurable(command).values()}
        chosen: dict[str, str] = {}
        for dest, value in found.items():
            option = options[dest]
            if not (option.one_of and value.value):
                continue
            other = chosen.setdefault(option.one_of, option.key)
            if other != option.key:
                yield f"{value.origin}: '{option.key}' and '{other}' exclude each other."
        yield from _swapped(found)


def _swapped(found: dict[str, Found]) -> Iterator[str]:
    """Yield that the first day of a table comes after its last."""
    from datetime import date

    from engine.domain.mistakes import SettingsError
    from engine.domain.typed.days import TypedDay, check_days

    since, until = map(found.get, ("since", "until"))
    if since is None or until is None:
        return
    first, last = since.value, until.value
    if isinstance(first, TypedDay) and isinstance(last, TypedDay):
        today = date.today()
        try:
            check_days(first.first(today, 0), last.last(today, 0))
        except SettingsError:
            yield f"{since.origin}: since {first} is after until {last}; swap them."
