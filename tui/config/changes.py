"""Keeps values in the user's `config.toml`, for who asks from elsewhere than an editor.

What may be changed so is what a project's own file may set: nothing that runs programs, tells
others, or chooses what is read and where. Comments and all else in the file stay as they are.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.domain.files import write_whole
from engine.domain.mistakes import SettingsError
from tui.config.layer import ConfigError
from tui.config.places import Place, user_file
from tui.config.show import shown_document
from tui.config.text_file import read_text
from tui.config.toml_file import TomlReader, configurable
from tui.config.toml_lines import key_lines
from tui.options.definition import UsageError
from tui.options.values import hint, sentence_end


class UserConfiguration:
    """The configuration in force, and the user's own file; `named` is another in its place."""

    def __init__(self, named: str | None = None) -> None:
        self._named = named
        self._path = Path(os.path.expanduser(named) if named else user_file(os.environ))

    def shown(self) -> dict[str, Any]:
        """Return each value in force and where it comes from; of a secret only whether it is."""
        return shown_document(self._named)

    def change(self, values: Mapping[str, object]) -> dict[str, Any]:
        """Keep values by their keys, `None` for what is usual; return what changed.

        Either all are kept or none; raises `SettingsError` for one that cannot hold.
        """
        for key in values:
            _check_key(key)
        try:
            text = self._text()
            new = changed_text(text, values)
            TomlReader(Place("named", str(self._path)), new).layer()
        except (ConfigError, UsageError) as error:
            raise SettingsError(str(error)) from error
        before, after = tomllib.loads(text), tomllib.loads(new)
        if any(after.get(key) != value for key, value in values.items()):
            raise SettingsError(
                f"{self._path} says one of these on several lines: use ccmon config edit."
            )
        if new != text:
            self._write(new)
        return {
            "file": str(self._path),
            "changed": {
                key: {"before": before.get(key), "after": value}
                for key, value in values.items()
                if before.get(key) != value
            },
            "takesEffect": "when the service is started again",
        }

    def _text(self) -> str:
        try:
            return read_text(str(self._path)) if self._path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{self._path} cannot be read ({error}).") from error

    def _write(self, text: str) -> None:
        """Write the file whole or not at all, with the rights that it had."""
        target = self._path.resolve()
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(target, text.encode("utf-8"), mode)
        except OSError as error:
            raise SettingsError(f"{target} cannot be written ({error.strerror}).") from error


def changed_text(text: str, values: Mapping[str, object]) -> str:
    """Return a file's text with values set by their keys, or taken away where they are `None`.

    A key that is there keeps its line; another comes before the first table.
    """
    lines = text.splitlines(keepends=True)
    for key, value in values.items():
        places = key_lines("".join(lines))
        number = places.get((key,))
        written = [] if value is None else [f"{key} = {_toml(value)}\n"]
        if number is not None:
            lines[number - 1 : number] = written
        else:
            first = next(
                (at for at, line in enumerate(lines) if line.lstrip().startswith("[")), None
            )
            at = len(lines) if first is None else first
            if at and not lines[at - 1].endswith("\n"):
                lines[at - 1] += "\n"
            lines[at:at] = written
    return "".join(lines)


def _toml(value: object) -> str:
    """Return a value as TOML has it; of texts, numbers, switches and lists JSON's way is one."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str | bool | int | float):
        return json.dumps(value, ensure_ascii=True, allow_nan=False)
    raise SettingsError("A value is a text, a number, true, false, or a list of such.")


def _check_key(key: str) -> None:
    known = {name: option for name, option in configurable().items() if not option.is_hidden}
    if key not in known:
        raise SettingsError(f"There is no key '{key}': {sentence_end(hint(key, tuple(known)))}")
    if known[key].is_private:
        raise SettingsError(f"'{key}' is changed in the file alone: use ccmon config edit.")
