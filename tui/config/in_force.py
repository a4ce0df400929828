"""Puts a command's options together: defaults, configuration files, command line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from tui.config.layer import (
    DEFAULT_THRESHOLDS,
    LIMITED_WINDOWS,
    ConfigError,
    Found,
    Layer,
)
from tui.config.places import Place, places
from tui.options.catalog import report_commands
from tui.options.definition import Command, Namespace, Option
from tui.options.values import alias_map, budgets_together


def options_in_force(command: Command, given: Mapping[str, Any]) -> Namespace:
    """Return the options of a command, with what the configuration sets where nothing is given.

    Beside the options: `prices` by model, `project_alias_map`, `model_alias_map`,
    `thresholds` as shares, `window_thresholds` by window, `budgets` and `quiet_hours`
    as typed, `channels` by key, `origins` of what a file set, and `config_error`. A status line
    goes on without a configuration that cannot hold and keeps the sentence there; for
    others it raises `ConfigError`.
    """
    options = Namespace(command=command.name, **defaults(command), config_error=None)
    layers: tuple[Layer, ...] = ()
    if command.is_configurable:
        try:
            layers = read_layers(given.get("config"))
        except ConfigError as error:
            if command.name != "statusline":
                raise
            options.config_error = str(error)
    _add_tables(options, layers)
    options.origins = {}
    for option, found in set_by_files(command, layers, given).values():
        setattr(options, option.dest, found.value)
        options.origins[option.dest] = found.origin
    for dest, value in given.items():
        setattr(options, dest, value)
    if "budgets" in given:
        options.budgets = budgets_together(given["budgets"])
    if getattr(options, "project_aliases", None):
        options.project_alias_map |= alias_map(options.project_aliases)
    return options


def defaults(command: Command) -> dict[str, Any]:
    """Return every option's default; a report also has those of the other reports."""
    others = report_commands() if command.group == "reports" else ()
    return {option.dest: option.default for each in (*others, command) for option in each.options}


def read_layers(named: str | None = None) -> tuple[Layer, ...]:
    """Return what the files say, the weakest first; raises `ConfigError`."""
    layers: list[Layer] = []
    for place in places(os.environ, named):
        if place.kind == "named" or os.path.isfile(place.path):
            layers.append(read_place(place))
    return tuple(_without_outdone(layers))


def read_place(place: Place) -> Layer:
    """Return what the file at a place says; raises `ConfigError`."""
    if place.kind == "ccusage":
        from tui.config.ccusage import read_ccusage

        return read_ccusage(place)
    from tui.config.toml_file import read_toml

    return read_toml(place)


def _without_outdone(layers: Iterable[Layer]) -> list[Layer]:
    """Leave out all but the strongest `ccusage.json` that can be read, as ccusage does."""
    kept: list[Layer] = []
    for layer in layers:
        if layer.kind == "ccusage" and not layer.problem:
            kept = [each for each in kept if each.kind != "ccusage" or each.problem]
        kept.append(layer)
    return kept


def set_by_files(
    command: Command, layers: Iterable[Layer], given: Mapping[str, Any]
) -> dict[str, tuple[Option, Found]]:
    """Return what files set for a command and the command line does not, by attribute."""
    known = {option.dest: option for option in command.options if option.is_configurable}
    ruled_out = {known[dest].one_of for dest in given if dest in known} - {""}
    found: dict[str, tuple[Option, Found]] = {}
    for layer in layers:
        for table in ("", command.name):
            for dest, value in layer.values.get(table, {}).items():
                option = known.get(dest)
                if option is None or dest in given or option.one_of in ruled_out:
                    continue
                if option.one_of and value.value:
                    found = {
                        name: each
                        for name, each in found.items()
                        if each[0].one_of != option.one_of
                    }
                found[dest] = (option, value)
    return found


def _add_tables(options: Namespace, layers: Iterable[Layer]) -> None:
    """Add what is not an option of a file: prices, aliases, `[limits]`, `[notify]` and more."""
    options.prices, options.project_alias_map, options.model_alias_map = {}, {}, {}
    limits: dict[str, Any] = {"thresholds": DEFAULT_THRESHOLDS}
    options.channels, options.accounts = {}, {}
    providers: dict[str, Any] = {}
    for layer in layers:
        options.prices |= {name: found.value for name, found in layer.prices.items()}
        options.project_alias_map |= {name: found.value for name, found in layer.projects.items()}
        options.model_alias_map |= {name: found.value for name, found in layer.models.items()}
        options.accounts |= {name: found.value for name, found in layer.accounts.items()}
        limits |= {key: found.value for key, found in layer.limits.items()}
        providers |= {name: found.value for name, found in layer.providers.items()}
        options.channels |= {key: found.value for key, found in layer.notify.items()}
    options.provider_ttl = providers.pop("cache-ttl", None)
    options.provider_tables = providers
    options.thresholds = limits["thresholds"]
    options.window_thresholds = {
        window: limits[key] for key, window in LIMITED_WINDOWS.items() if key in limits
    }
    options.budgets = limits.get("budgets", ())
    options.quiet_hours = limits.get("quiet-hours")
