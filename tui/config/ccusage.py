"""Reads a `ccusage.json` that is already there, for the keys that mean the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tui.config.layer import Found, Layer, Origin, empty_layer
from tui.config.places import Place
from tui.config.sections import is_amount
from tui.config.text_file import read_text
from tui.config.toml_file import command_tables, configurable
from tui.config.value import TypeMismatch, option_value
from tui.options.definition import Option, UsageError

_SAME = {
    "timezone": "timezone",
    "mode": "mode",
    "order": "order",
    "since": "since",
    "until": "until",
    "breakdown": "breakdown",
    "compact": "compact",
    "color": "color",
    "noCost": "no-cost",
    "offline": "offline",
    "json": "json",
    "instances": "instances",
    "project": "project",
    "projectAliases": "project-aliases",
    "startOfWeek": "start-of-week",
    "active": "active",
    "recent": "recent",
    "sessionLength": "session-length",
    "tokenLimit": "token-limit",
    "contextLowThreshold": "context-low-threshold",
    "contextMediumThreshold": "context-medium-threshold",
    "costSource": "cost-source",
    "visualBurnRate": "visual-burn-rate",
}
_OPPOSITE = {"noColor": "color", "noOffline": "offline"}
_THEIRS = ("daily", "weekly", "monthly", "session", "blocks", "statusline")
"""Commands that ccusage has; for others its `json` means nothing."""

_PRICES = {
    "inputCostPerToken": "input",
    "outputCostPerToken": "output",
    "cacheReadInputTokenCost": "cache-read",
    "cacheCreationInputTokenCost": "cache-write-5m",
}
_PER_MILLION = 1_000_000


def read_ccusage(place: Place) -> Layer:
    """Return what a `ccusage.json` sets; what cannot be read sets nothing and says why."""
    try:
        document = json.loads(read_text(place.path))
    except OSError as error:
        return empty_layer("ccusage", place.path, f"cannot be read ({error.strerror})")
    except (ValueError, RecursionError):
        return empty_layer("ccusage", place.path, "is not JSON")
    if not isinstance(document, dict):
        return empty_layer("ccusage", place.path, "is not a JSON object")
    return _CcusageFile(place).layer(document)


class _CcusageFile:
    """Collects what one file sets, and what of it means nothing here."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._origin = Origin(place.path)
        self._layer = empty_layer("ccusage", place.path)
        self._ignored: dict[str, None] = {}

    def layer(self, document: Mapping[str, Any]) -> Layer:
        """Return the layer of a whole file."""
        for key in document:
            if key not in ("$schema", "defaults", "commands", "claude"):
                self._ignored[key] = None
        for command in command_tables():
            values: dict[str, Found] = {}
            for where, table in _tables(document, command):
                values |= self._values(command, where, table)
            if values:
                self._layer.values[command] = values
        return self._layer._replace(ignored=tuple(self._ignored))

    def _values(self, command: str, where: str, table: Mapping[str, Any]) -> dict[str, Found]:
        """Return what one table sets for a command."""
        known = configurable(command)
        values: dict[str, Found] = {}
        for key, value in table.items():
            name = f"{where}.{key}"
            ours = _SAME.get(key) or _OPPOSITE.get(key)
            if self._place.is_project and (key == "pricingOverrides" or ours == "offline"):
                self._ignored[name] = None
            elif key == "pricingOverrides":
                self._prices(name, value)
            elif key == "modelLabelAliases":
                self._aliases(name, value)
            elif ours is None:
                self._ignored[name] = None
            elif ours in known and not (key == "json" and command not in _THEIRS):
                self._take(name, known[ours], not value if key in _OPPOSITE else value, values)
        return values

    def _take(self, name: str, option: Option, value: object, values: dict[str, Found]) -> None:
        try:
            values[option.dest] = Found(option_value(option, value), self._origin, value)
        except (TypeMismatch, UsageError):
            self._ignored[name] = None

    def _prices(self, name: str, table: object) -> None:
        """Take over prices per token, as prices per million."""
        for model, given in table.items() if isinstance(table, dict) else ():
            parts = {
                ours: round(given[theirs] * _PER_MILLION, 9)
                for theirs, ours in _PRICES.items()
                if isinstance(given, dict) and is_amount(given.get(theirs))
            }
            if {"input", "output"} <= set(parts):
                self._layer.prices[model] = Found(parts, self._origin)
            else:
                self._ignored[f"{name}.{model}"] = None

    def _aliases(self, name: str, table: object) -> None:
        for model, shown in table.items() if isinstance(table, dict) else ():
            if isinstance(shown, str) and shown.strip():
                self._layer.models[model] = Found(shown, self._origin)
            else:
                self._ignored[f"{name}.{model}"] = None


def _tables(document: Mapping[str, Any], command: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return the tables that hold for a command with their names, the weakest first."""
    claude = _table(document, "claude")
    commands, inner = _table(document, "commands"), _table(claude, "commands")
    yield "defaults", _table(document, "defaults")
    for name in (command, f"claude {command}", f"claude:{command}"):
        yield f"commands.{name}", _table(commands, name)
    yield "claude.defaults", _table(claude, "defaults")
    yield f"claude.commands.{command}", _table(inner, command)


def _table(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inside = holder.get(key)
    return inside if isinstance(inside, dict) else {}
