"""The price tables in force: Claude's dated one, and one for all other models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.pricing.price_file import (
    CLAUDE_PRICES,
    DAMAGE,
    embedded_layers,
    read_prices,
)
from engine.pricing.stamp import stamp_of

if TYPE_CHECKING:
    from pathlib import Path

    from engine.pricing.price import ModelEntry, ModelPrice, PriceFile
    from engine.pricing.timeline import Layer


class PriceTable:
    """Finds the price of a model; nothing is read before a model is asked for.

    A price that the user gives wins, then the Claude table for every id it knows. Other ids
    cost on each day what the newest table of that day or before says: the embedded one, what
    refreshes have changed since, and the refreshed one. None of these is read until such an id
    comes. May be used from any thread.
    """

    def __init__(
        self, refreshed: Path | None = None, given: Mapping[str, ModelPrice] | None = None
    ) -> None:
        """`given` are the user's own prices by folded id (`engine.pricing.overrides`)."""
        self.refreshed = refreshed
        self.given = given or {}
        self._claude: dict[str, tuple[str, ModelEntry]] | None = None
        self._layers: list[Layer] | None = None
        self._as_of = ""
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
        """Return the tables with a refreshed file and its history beside the embedded one.

        A file that is absent is passed over, one that cannot be read too: see `problem`.
        """
        return cls(refreshed, given)

    @property
    def problem(self) -> str | None:
        """Why refreshed prices are not in use, as one sentence, if they should have been."""
        self._other_layers()
        return self._problem

    @property
    def others_as_of(self) -> str:
        """The day (ISO) of the table in force for models that are not Claude's."""
        self._other_layers()
        return self._as_of

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
        if not ids:
            return None
        from engine.pricing.timeline import dated_price

        return dated_price(ids, self._other_layers())

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

    def _other_layers(self) -> list[Layer]:
        if self._layers is None:
            from engine.pricing.timeline import Layer, in_order

            layers = embedded_layers()
            refreshed = self._refreshed_file()
            kept = self._kept_layers()
            self._as_of = layers[-1].since
            if refreshed is not None:
                self._as_of = max(self._as_of, refreshed.as_of)
                since = max([refreshed.as_of, *(layer.since for layer in kept)])
                kept.append(Layer(since, refreshed.models))
            self._layers = in_order([*layers, *kept])
        return self._layers

    def _kept_layers(self) -> list[Layer]:
        """Return what earlier refreshes changed."""
        if self.refreshed is None:
            return []
        from engine.pricing.history import NewerHistory, read_history

        try:
            history, is_whole = read_history(self.refreshed)
        except NewerHistory:
            history, reason = None, "a newer ccmon keeps it: update this one"
        else:
            reason = "" if is_whole else "it is damaged: `ccmon prices refresh` begins a new one"
        if reason:
            self._problem = f"The history of prices beside {self.refreshed} was ignored, {reason}."
        return history.layers if history else []

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
