"""Checks a configuration to the last word, also what only the engine can judge."""

from __future__ import annotations

import sys

from tui.config.checks import CHECKS
from tui.config.in_force import read_place
from tui.config.layer import ConfigError, Layer
from tui.config.places import Place
from tui.words.format import plain

_WRONG = 1


def checked(place: Place) -> Layer:
    """Return what a file says; raises `ConfigError` for what no run could use."""
    from engine.domain.settings import SettingsError

    layer = read_place(place)
    for values in layer.values.values():
        for dest, found in values.items():
            verify = CHECKS.get(dest)
            try:
                if verify is not None:
                    verify(found.value)
            except SettingsError as error:
                raise ConfigError(f"{found.origin}: {error}") from error
    return layer


def check_place(place: Place) -> int:
    """Say whether a file is right; return 1 if it is not."""
    try:
        layer = checked(place)
    except ConfigError as error:
        print(f"ccmon: {plain(str(error))}", file=sys.stderr)
        return _WRONG
    if layer.problem:
        print(f"{place.path} {layer.problem}: it is passed over.")
    else:
        print(f"{place.path} is right.")
    return 0
