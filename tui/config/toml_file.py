"""Reads one of ccmon's own configuration files and checks every word of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NoReturn

from tui.config.layer import ConfigError, Found, Layer, Origin, empty_layer
from tui.config.limit_tables import LIMIT_KEYS, PRIVATE_CHANNELS, read_limits, read_notify
from tui.config.places import Place
from tui.config.sections import read_accounts, read_aliases, read_prices
from tui.config.text_file import read_text
from tui.config.toml_lines import KeyPath, key_lines, line_of
from tui.config.value import TypeMismatch, option_value
from tui.options.catalog import all_commands
from tui.options.definition import Option, UsageError
from tui.options.values import hint, sentence_end

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_WINDOWS_PATH = re.compile(r'"(?:[A-Za-z]:|\\)\\')
"""Double quotes, in which a backslash begins a sign of TOML's own."""
_SECTIONS = ("prices", "aliases", "accounts", "limits", "notify", "providers")


def read_toml(place: Place) -> Layer:
    """Return what a file says; raises `ConfigError` for what cannot hold in it."""
    return TomlReader(place, _text_of(place)).layer()


def _text_of(place: Place) -> str:
    try:
        return read_text(place.path)
    except OSError as error:
        raise ConfigError(
            f"The configuration {place.path} cannot be read ({error.strerror}): name another"
            " with --config FILE."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"The configuration {place.path} is not UTF-8 text (byte {error.start}):"
            " save it as UTF-8."
        ) from error


def toml_mistakes(place: Place) -> Iterator[str]:
    """Yield a sentence for each key of a file that cannot hold."""
    try:
        yield from TomlReader(place, _text_of(place)).mistakes()
    except ConfigError as error:
        yield str(error)


def configurable(command: str = "") -> dict[str, Option]:
    """Return the options that a file may set by their keys, of one command or of all.

    Where several commands have a key, it is explained as the reports have it.
    """
    found: dict[str, Option] = {}
    for each in sorted(all_commands(), key=lambda each: each.group != "reports"):
        if each.is_configurable and command in ("", each.name):
            for option in each.options:
                if option.is_configurable and option.flags:
                    found.setdefault(option.key, option)
    return found


def command_tables() -> tuple[str, ...]:
    """Return the names of commands that can have a table of their own: no key has that name."""
    keys = {
        option.key for each in all_commands() for option in each.options if option.is_configurable
    }
    return tuple(
        each.name for each in all_commands() if each.is_configurable and each.name not in keys
    )


class TomlReader:
    """Goes through one file's text, and knows where each key stands."""

    def __init__(self, place: Place, text: str) -> None:
        self.place = place
        self._text = text

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return key_lines(self._text.replace("\r\n", "\n"))

    def origin(self, path: KeyPath) -> Origin:
        """Return where a key stands."""
        return Origin(self.place.path, line_of(self._lines, path))

    def fail(self, path: KeyPath, reason: str) -> NoReturn:
        """Refuse what stands at a key."""
        raise ConfigError(_plain(f"{self.origin(path)}: {sentence_end(reason)}"))

    def layer(self) -> Layer:
        """Return all that the file sets; raises `ConfigError`."""
        made = empty_layer(self.place.kind, self.place.path)
        for key, value in self._document().items():
            made = self._with(made, key, value)
        return made

    def mistakes(self) -> Iterator[str]:
        """Yield what each key by itself says wrong; raises `ConfigError` where it is not TOML."""
        for key, value in self._document().items():
            for part in _parts(key, value):
                try:
                    self._with(empty_layer(self.place.kind, self.place.path), key, part)
                except ConfigError as error:
                    yield str(error)

    def _with(self, made: Layer, key: str, value: object) -> Layer:
        """Return the layer with what one key of the document sets."""
        if key in _SECTIONS:
            return self._section(made, key, value)
        if key in command_tables() and isinstance(value, dict):
            made.values[key] = self._settings(key, value)
            return made
        dest, found = self._setting((key,), value, configurable())
        made.values.setdefault("", {})[dest] = found
        return made

    def _document(self) -> Mapping[str, Any]:
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            match = _AT_LINE.search(str(error))
            line = int(match[1]) if match else self._text.count("\n") + 1
            reason = _AT_LINE.sub("", str(error)).replace(" (at end of document)", "")
            raise ConfigError(
                f"{self.place.path}, line {line}: this is not TOML ({_plain(reason)})"
                f"{self._advice(line)}."
            ) from error
        except RecursionError as error:
            raise ConfigError(f"{self.place.path}: this is nested too deeply.") from error
        except ValueError as error:
            raise ConfigError(
                f"{self.place.path}: a number in it has too many digits; write a shorter one."
            ) from error

    def _advice(self, line: int) -> str:
        """Return what helps with a line that has a path of Windows between double quotes."""
        text = self._text.splitlines()[line - 1 : line]
        if not text or not _WINDOWS_PATH.search(text[0]):
            return ""
        return ": write a path of Windows between single quotes, 'C:\\Users\\me'"

    def _settings(self, command: str, table: Mapping[str, object]) -> dict[str, Found]:
        """Return what a command's own table sets."""
        known = configurable(command)
        return dict(self._setting((command, name), value, known) for name, value in table.items())

    def _setting(
        self, path: KeyPath, value: object, known: Mapping[str, Option]
    ) -> tuple[str, Found]:
        """Return the attribute that a key sets, and its value."""
        key = path[-1]
        option = known.get(key)
        if option is None:
            self._fail_key(path, known)
        if self.place.is_project and option.is_private:
            self._fail_private(path)
        try:
            return option.dest, Found(option_value(option, value), self.origin(path), value)
        except TypeMismatch as error:
            self.fail(path, f"wrong value of '{key}': {error}")
        except UsageError as error:
            self.fail(path, str(error))

    def _fail_key(self, path: KeyPath, known: Mapping[str, Option]) -> NoReturn:
        right = tuple(known)
        where = f" of [{path[0]}]" if len(path) > 1 else ""
        if not where:
            right += (*command_tables(), *_SECTIONS)
        if path[0] == "limits":
            right = (*LIMIT_KEYS, *right)
        near = hint(path[-1], right)
        end = near if near.endswith("?") else "see ccmon help config"
        self.fail(path, f"there is no key '{path[-1]}'{where}: {end}")

    def _fail_private(self, path: KeyPath) -> NoReturn:
        self.fail(
            path,
            f"'{path[-1]}' cannot be set by a project's own file, since a cloned repository"
            " must not choose it: set it in your config.toml (ccmon config path)",
        )

    def _section(self, made: Layer, key: str, value: object) -> Layer:
        """Return the layer with one of the tables in it that are not those of one command."""
        if not isinstance(value, dict):
            self.fail((key,), f"'{key}' is a table, written [{key}]")
        if self.place.is_project:
            self._refuse_private(key, value)
        if key == "prices":
            return made._replace(prices=read_prices(self, value))
        if key == "aliases":
            projects, models = read_aliases(self, value)
            return made._replace(projects=projects, models=models)
        if key == "accounts":
            return made._replace(accounts=read_accounts(self, value))
        if key == "notify":
            return made._replace(notify=read_notify(self, value))
        if key == "providers":
            return self._providers(made, value)
        return self._limits(made, value)

    def _limits(self, made: Layer, table: Mapping[str, object]) -> Layer:
        """Return the layer with `[limits]`, where the options of `ccmon limits` stand, too."""
        of_command = {name: value for name, value in table.items() if name not in LIMIT_KEYS}
        made.values["limits"] = self._settings("limits", of_command)
        read = {name: value for name, value in table.items() if name in LIMIT_KEYS}
        return made._replace(limits=read_limits(self, read))

    def _providers(self, made: Layer, table: Mapping[str, object]) -> Layer:
        """Return the layer with `[providers]`, where options of `ccmon providers` stand, too."""
        from tui.config.provider_tables import read_providers

        known = configurable("providers")
        of_command = {name: value for name, value in table.items() if name in known}
        made.values["providers"] = self._settings("providers", of_command)
        read = {name: value for name, value in table.items() if name not in known}
        return made._replace(providers=read_providers(self, read))

    def _refuse_private(self, key: str, table: Mapping[str, object]) -> None:
        """Refuse what would run programs or tell others, and prices, in a project's own file."""
        if key in ("prices", "providers"):
            self._fail_private((key,))
        for name in PRIVATE_CHANNELS:
            if key == "notify" and name in table:
                self._fail_private((key, name))


def _parts(key: str, value: object) -> Iterator[object]:
    """Yield a table's keys as tables of one key each, anything else as it is."""
    if isinstance(value, dict) and value and key in (*_SECTIONS, *command_tables()):
        yield from ({name: each} for name, each in value.items())
    else:
        yield value


def _plain(text: str) -> str:
    """Return a text on one line and without control characters."""
    from tui.words.format import plain

    return plain(text)
