"""The price tables in force: Claude's dated one, and one for all other models."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from engine.pricing.stamp import stamp_of

if TYPE_CHECKING:
    from pathlib import Path

    from engine.pricing.price import ModelEntry, ModelPrice, PriceFile

_DIRECTORY = os.path.dirname(__file__)
CLAUDE_PRICES = os.path.join(_DIRECTORY, "prices.json")
OTHER_PRICES = os.path.join(_DIRECTORY, "other_prices.json")

DAMAGE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a file or an answer raises when it is decoded and is not what it should be."""


class PriceTable:
    """Finds the price of a model; nothing is read before a model is asked for.

    A price that the user gives wins, then the Claude table for every id it knows. Other ids
    are looked for in the newer of the refreshed and the embedded file, then in the older one,
    which may remember models that LiteLLM has dropped; neither is read until such an id
    comes. May be used from any thread.
    """

    def __init__(
        self, refreshed: Path | None = None, given: Mapping[str, ModelPrice] | None = None
    ) -> None:
        """`given` are the user's own prices by folded id (`engine.pricing.overrides`)."""
        self.refreshed = refreshed
        self.given = given or {}
        self._claude: dict[str, tuple[str, ModelEntry]] | None = None
        self._others: tuple[PriceFile, ...] | None = None
        self._problem: str | None = None
        self._found: dict[str, ModelPrice | None] = {}

    @classmethod
    def embedded(cls) -> PriceTable:
        """Return the tables that come with ccmon."""
        return cls()

    @classmethod
    def load(
        cls, refreshed: Path | None, given: Mapping[str, ModelPrice] | None = None
    ) -> PriceTable:
        """Return the tables with a refreshed file beside the embedded one.

        A file that is absent is passed over, one that cannot be read too: see `problem`.
        """
        return cls(refreshed, given)

    @property
    def problem(self) -> str | None:
        """Why the refreshed file is not in use, as one sentence, if it should have been."""
        self._other_files()
        return self._problem

    @property
    def others_as_of(self) -> str:
        """The day (ISO) of the table in force for models that are not Claude's."""
        return self._other_files()[0].as_of

    def stamp(self) -> str | None:
        """Return what changes with any price, `None` where that cannot be told."""
        return stamp_of(self.refreshed, self.given)

    def find(self, model: str) -> ModelPrice | None:
        """Return a model's price, `None` where it has none."""
        try:
            return self._found[model]
        except KeyError:
            from engine.pricing.match import canonical

            found = self._found[model] = self._look_up(canonical(model))
            return found

    def fingerprint(self, model: str) -> str:
        """Return a short digest of a model's whole price, empty where it has none."""
        found = self.find(model)
        return "" if found is None else found.fingerprint

    def is_claude(self, model: str) -> bool:
        """Whether the dated Claude table has this model."""
        from engine.pricing.match import canonical

        return not self._claude_entries().keys().isdisjoint(canonical(model))

    def _look_up(self, ids: tuple[str, ...]) -> ModelPrice | None:
        from engine.pricing.match import FREE
        from engine.pricing.price import NOTHING, model_price

        for name in ids:
            if name in self.given:
                return self.given[name]
        claude = self._claude_entries()
        for name in ids:
            if name in claude:
                return model_price(*claude[name])
        if free := next((name for name in ids if name.endswith(FREE)), ""):
            return model_price(free, NOTHING)
        for file in self._other_files() if ids else ():
            for name in ids:
                if name in file.models:
                    return _usable_price(name, file.models[name])
        return None

    def _claude_entries(self) -> dict[str, tuple[str, ModelEntry]]:
        if self._claude is None:
            from engine.pricing.match import folded

            models = read_prices(CLAUDE_PRICES).models
            self._claude = {
                folded(name): (model, entry)
                for model, entry in models.items()
                for name in (model, *entry.aliases)
            }
        return self._claude

    def _other_files(self) -> tuple[PriceFile, ...]:
        if self._others is None:
            embedded = read_prices(OTHER_PRICES)
            refreshed = self._refreshed_file()
            files = [embedded] if refreshed is None else [refreshed, embedded]
            self._others = tuple(sorted(files, key=lambda file: file.as_of, reverse=True))
        return self._others

    def _refreshed_file(self) -> PriceFile | None:
        if self.refreshed is None:
            return None
        try:
            return read_prices(self.refreshed)
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = error.strerror or "it cannot be read"
        except DAMAGE:
            reason = "it is damaged"
        self._problem = (
            f"The refreshed prices in {self.refreshed} were ignored ({reason}): "
            "run `ccmon prices refresh` to fetch them again."
        )
        return None


def read_prices(path: str | Path) -> PriceFile:
    """Read a price file; raises `OSError`, or one of `DAMAGE` for a damaged one."""
    from engine.pricing.price import PriceFile

    with open(path, "rb") as file:
        return msgspec.json.decode(file.read(), type=PriceFile)


def _usable_price(model: str, entry: ModelEntry) -> ModelPrice | None:
    """Return an entry's price, `None` for figures that cannot be one."""
    from engine.pricing.price import model_price

    try:
        return model_price(model, entry)
    except (ValueError, ArithmeticError):
        return None
