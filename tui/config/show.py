"""`ccmon config show`: each value in force, and where it comes from."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tui.config.in_force import defaults, read_layers, set_by_files
from tui.config.layer import DEFAULT_THRESHOLDS, LIMITED_WINDOWS, Found, Layer, Origin
from tui.config.limit_tables import LIMIT_KEYS, NOTIFY_KEYS
from tui.config.places import places
from tui.config.toml_file import command_tables
from tui.options.catalog import all_commands, find_command
from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.parser import given as given_by
from tui.options.values import DAYS, hint, sentence_end

_PASSWORD = re.compile(r"(?<=://)([^/@:]*:)[^/]*(?=@)|([?&]password=)[^&]*")
"""What stands before a password in an address, and the password."""


class Shown(NamedTuple):
    """One value in force."""

    key: str
    value: object
    source: str
    """`default`, `file` or `command line`."""
    origin: Origin | None = None

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        place = {} if self.origin is None else {"file": self.origin.path, "line": self.origin.line}
        return {"value": self.value, "source": self.source, **place}


def show(options: Namespace) -> int:
    """Print what is in force for one command or for all; return the exit code."""
    commands = [_asked(options.subject)] if options.subject else list(_configurable())
    layers = read_layers(options.config)
    asked = {
        command.name: list(_values(command, layers, _given(command, options.more)))
        for command in commands
    }
    if options.json:
        from tui.terminal.encoding import writable_json

        text = json.dumps(_document(asked, layers, options.config), indent=2, ensure_ascii=False)
        print(writable_json(text, sys.stdout.encoding))
    else:
        from tui.words.format import plain

        for line in _lines(asked, layers, options.config):
            print(plain(line))
    return 0


def shown_document(named: str | None) -> dict[str, Any]:
    """Return what `ccmon config show --json` prints, of all commands."""
    layers = read_layers(named)
    asked = {command.name: list(_values(command, layers, {})) for command in _configurable()}
    return _document(asked, layers, named)


def _configurable() -> Iterator[Command]:
    return (command for command in all_commands() if command.is_configurable)


def _given(command: Command, words: Sequence[str]) -> Mapping[str, Any]:
    return given_by(command, words) if words else {}


def _asked(name: str) -> Command:
    if name not in command_tables():
        end = sentence_end(hint(name, command_tables()))
        raise UsageError(f"There is no configuration of a command '{name}': {end}")
    return find_command(name)


def _values(
    command: Command, layers: tuple[Layer, ...], given: Mapping[str, Any]
) -> Iterator[Shown]:
    """Return each value of a command in the order of its options."""
    found = set_by_files(command, layers, given)
    plain_values = defaults(command)
    for option in command.options:
        if not option.flags or option.is_hidden or not option.is_configurable:
            continue
        if option.dest in given:
            value = _said(option, given[option.dest])
            yield Shown(option.key, value, "command line")
        elif option.dest in found:
            said = found[option.dest][1]
            yield Shown(option.key, _said(option, said.value, said.text), "file", said.origin)
        else:
            yield Shown(option.key, _said(option, plain_values[option.dest]), "default")


def _said(option: Option, value: object, text: object = None) -> object:
    """Return a value as it would be written."""
    if option.choices == DAYS and isinstance(value, int):
        return DAYS[value]
    if isinstance(value, str) and "://" in value:
        return _PASSWORD.sub(lambda found: f"{found[1] or found[2]}…", value)
    is_plain = value is None or isinstance(value, str | int | float | list)
    return value if is_plain else text or str(value)


def _tables(layers: tuple[Layer, ...]) -> dict[str, dict[str, Found]]:
    """Return prices and aliases by the name of their table, the strongest layer's last word."""
    tables: dict[str, dict[str, Found]] = {
        "prices": {},
        "aliases.projects": {},
        "aliases.models": {},
        "accounts": {},
        "providers": {},
    }
    for layer in layers:
        tables["prices"] |= layer.prices
        tables["aliases.projects"] |= layer.projects
        tables["aliases.models"] |= layer.models
        tables["accounts"] |= layer.accounts
        tables["providers"] |= {
            name: each._replace(value=each.text) for name, each in layer.providers.items()
        }
    return tables


def _limits(layers: tuple[Layer, ...]) -> list[Shown]:
    """Return `[limits]`: what files set, and the thresholds in any case."""
    found: dict[str, Found] = {}
    for layer in layers:
        found |= layer.limits
    thresholds = Shown("thresholds", _percentages(DEFAULT_THRESHOLDS), "default")
    shown = {"thresholds": thresholds} | {
        key: Shown(key, _written(key, each), "file", each.origin) for key, each in found.items()
    }
    return [shown[key] for key in LIMIT_KEYS if key in shown]


def _written(key: str, found: Found) -> object:
    """Return a value of `[limits]` as it would be written."""
    if key == "thresholds" or key in LIMITED_WINDOWS:
        return _percentages(found.value)
    return found.text


def _channels(layers: tuple[Layer, ...]) -> list[Shown]:
    """Return `[notify]` with what holds where no file sets anything."""
    from engine.notify.channels import Channels

    found: dict[str, Found] = {}
    for layer in layers:
        found |= layer.notify
    return [
        Shown(key, _without_secret(key, found[key].value), "file", found[key].origin)
        if key in found
        else Shown(key, getattr(Channels(), key.replace("-", "_")) or False, "default")
        for key in NOTIFY_KEYS
    ]


def _without_secret(key: str, value: object) -> object:
    """Return a channel's value; of a webhook's address, which is a secret, only the host."""
    if key != "webhook" or not isinstance(value, str) or not value.strip():
        return value
    from engine.notify.webhook import checked_host

    return f"{checked_host(value.strip())} …"


def _percentages(shares: object) -> list[float]:
    return [float(f"{share * 100:.6g}") for share in shares] if isinstance(shares, tuple) else []


def _document(
    asked: Mapping[str, list[Shown]], layers: tuple[Layer, ...], named: str | None
) -> dict[str, Any]:
    """Return all of it for scripts."""
    return {
        "files": list(_files(layers, named)),
        "values": {
            name: {shown.key: shown.document() for shown in values}
            for name, values in asked.items()
        },
        "limits": {shown.key: shown.document() for shown in _limits(layers)},
        "notify": {shown.key: shown.document() for shown in _channels(layers)},
        **{
            name: {
                key: {"value": found.value, "file": found.origin.path, "line": found.origin.line}
                for key, found in table.items()
            }
            for name, table in _tables(layers).items()
        },
    }


def _files(layers: tuple[Layer, ...], named: str | None) -> Iterator[dict[str, Any]]:
    """Return each place looked at, the weakest first, with what was found there."""
    read = {layer.path: layer for layer in layers}
    for place in places(os.environ, named):
        layer = read.get(place.path)
        if layer is not None:
            state = f"ignored: it {layer.problem}" if layer.problem else "read"
        else:
            state = "ignored: another comes first" if os.path.isfile(place.path) else "absent"
        ignored = list(layer.ignored) if layer is not None else []
        yield {"path": place.path, "state": state, "ignored": ignored}


def _lines(
    asked: Mapping[str, list[Shown]], layers: tuple[Layer, ...], named: str | None
) -> Iterator[str]:
    """Return the lines for people; for all commands only what is not the default."""
    if len(asked) == 1:
        parts = {f"ccmon {name}": values for name, values in asked.items()}
    else:
        parts = _set_parts(asked)
    for title, rows in parts.items():
        yield title
        yield from _rows(rows)
    if not parts:
        yield "No file sets an option; every one has its default (ccmon config show COMMAND)."
    for title, table in _tables(layers).items():
        if table:
            yield title
            yield from _rows(
                [Shown(key, found.value, "file", found.origin) for key, found in table.items()]
            )
    yield "limits"
    yield from _rows(_limits(layers))
    yield "notify"
    yield from _rows(_channels(layers))
    yield "files, later ones override earlier ones"
    for file in _files(layers, named):
        yield f"  {file['path']}: {file['state']}"
        if file["ignored"]:
            yield f"    means nothing here: {', '.join(file['ignored'])}"


def _set_parts(asked: Mapping[str, list[Shown]]) -> dict[str, list[Shown]]:
    """Return what is not the default: what all commands have alike, then each command's own."""
    ways: dict[str, dict[str, Shown]] = {}
    for name, values in asked.items():
        for shown in values:
            ways.setdefault(shown.key, {})[name] = shown
    parts: dict[str, list[Shown]] = {"every command that has the option": []}
    parts |= {f"ccmon {name}": [] for name in asked}
    for by_command in ways.values():
        first, *others = by_command.values()
        if others and all(each == first for each in others):
            by_command = {"": first}
        for name, shown in by_command.items():
            if shown.source != "default":
                parts[f"ccmon {name}" if name else next(iter(parts))].append(shown)
    return {title: rows for title, rows in parts.items() if rows}


def _rows(rows: list[Shown]) -> Iterator[str]:
    """Return values in three columns."""
    keys = max(len(shown.key) for shown in rows)
    texts = [_text(shown.value) for shown in rows]
    width = min(max(map(len, texts)), 40)
    for shown, text in zip(rows, texts, strict=True):
        source = shown.source if shown.origin is None else str(shown.origin)
        yield f"  {shown.key:<{keys}}  {text:<{width}}  {source}"


def _text(value: object) -> str:
    """Return a value as a configuration file has it; what is not set is a dash."""
    if value is None:
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return f"{value:g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
