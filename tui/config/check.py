"""Says whether a configuration is right to the last word."""

from __future__ import annotations

import sys

from tui.config.in_force import read_place
from tui.config.layer import ConfigError
from tui.config.places import Place
from tui.words.format import plain

_WRONG = 1


def check_place(place: Place) -> int:
    """Say whether a file is right; return 1 if it is not."""
    try:
        layer = read_place(place)
    except ConfigError as error:
        print(f"ccmon: {plain(str(error))}", file=sys.stderr)
        return _WRONG
    if layer.problem:
        print(f"{place.path} {layer.problem}: it is ignored.")
    else:
        print(f"{place.path} is valid.")
    return 0
