"""What tells whether any price can have changed, without looking a single one up."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from engine.domain.digest import blake2b
from engine.domain.files import read_regular
from engine.domain.paths import price_history_paths

if TYPE_CHECKING:
    from pathlib import Path

    from engine.pricing.price import ModelPrice

_DIRECTORY = os.path.dirname(__file__)
_PARTS = (".py", ".json")


def stamp_of(refreshed: Path | None, given: Mapping[str, ModelPrice]) -> str | None:
    """Return a digest of all that prices depend on, `None` where it cannot be had.

    That is the tables, the rules of this package, the refreshed table with its history and the
    user's prices.
    """
    digest = blake2b(repr(sorted(given.items())).encode(), digest_size=16)
    try:
        for name in sorted(os.listdir(_DIRECTORY)):
            if name.endswith(_PARTS):
                _add(digest.update, os.path.join(_DIRECTORY, name))
    except OSError:
        return None
    for path in () if refreshed is None else (refreshed, *price_history_paths(refreshed)):
        try:
            _add(digest.update, path)
        except FileNotFoundError:
            pass
        except OSError:
            return None
    return digest.hexdigest()


def _add(update: Callable[[bytes], None], path: str | Path) -> None:
    data = read_regular(path)
    update(len(data).to_bytes(8, "big"))
    update(data)
