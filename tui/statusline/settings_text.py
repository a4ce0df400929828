"""Changes the status line in the text of Claude Code's settings, and nothing else in it."""

from __future__ import annotations

import json
import re
from json.decoder import JSONDecodeError
from typing import NamedTuple

from engine.domain.mistakes import SettingsError

KEY = "statusLine"
_BLANKS = re.compile(r"[ \t\r\n]*")
_INDENT = re.compile(r"\n([ \t]+)\S")
_decoder = json.JSONDecoder(strict=False)


class Member(NamedTuple):
    """A member of a JSON object: its value, and where it stands in the text."""

    key: str
    value: object
    begin: int
    """Where the key begins."""
    value_begin: int
    end: int


class Settings(NamedTuple):
    """Claude Code's settings as text, with where the status line stands in it."""

    text: str
    members: tuple[Member, ...]
    status_line: Member | None

    def command(self) -> str | None:
        """Return the status line's command; raises `SettingsError` for one of unknown form."""
        if self.status_line is None or self.status_line.value is None:
            return None
        value = self.status_line.value
        if (
            not isinstance(value, dict)
            or value.get("type", "command") != "command"
            or not isinstance(value.get("command", ""), str)
        ):
            raise SettingsError(
                f'The "{KEY}" in the settings is in a form ccmon does not know: change it by hand.'
            )
        command: str = value.get("command", "")
        return command or None


def parse_settings(text: str) -> Settings:
    """Return settings with the places of their members; an empty text has none.

    Raises `SettingsError` for what is not a JSON object.
    """
    shown = text if text.strip("\ufeff \t\r\n") else text + "{}\n"
    start = _BLANKS.match(shown, 1 if shown.startswith("\ufeff") else 0)
    try:
        place = start.end() if start else 0
        members, end = _members(shown, place)
        if shown[end:].strip(" \t\r\n"):
            raise JSONDecodeError("Extra data", shown, end)
    except (JSONDecodeError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, JSONDecodeError) else ""
        raise SettingsError(f"is not a JSON object{where}") from error
    found = [member for member in members if member.key == KEY]
    return Settings(shown, members, found[-1] if found else None)


def _members(text: str, place: int) -> tuple[tuple[Member, ...], int]:
    """Return the members of the object that begins at a place, and where it ends."""
    if text[place : place + 1] != "{":
        raise JSONDecodeError("Expecting an object", text, place)
    members: list[Member] = []
    place = _skip(text, place + 1)
    if text[place : place + 1] == "}":
        return (), place + 1
    while True:
        if text[place : place + 1] != '"':
            raise JSONDecodeError("Expecting a name in double quotes", text, place)
        begin = place
        key, place = _decoded(text, begin)
        place = _skip(text, place)
        if text[place : place + 1] != ":":
            raise JSONDecodeError("Expecting ':'", text, place)
        value_begin = _skip(text, place + 1)
        value, end = _decoded(text, value_begin)
        members.append(Member(str(key), value, begin, value_begin, end))
        place = _skip(text, end)
        if text[place : place + 1] == "}":
            return tuple(members), place + 1
        if text[place : place + 1] != ",":
            raise JSONDecodeError("Expecting ',' or '}'", text, place)
        place = _skip(text, place + 1)


def _decoded(text: str, place: int) -> tuple[object, int]:
    try:
        return _decoder.raw_decode(text, place)
    except StopIteration as error:
        raise JSONDecodeError("Expecting a value", text, place) from error


def _skip(text: str, place: int) -> int:
    match = _BLANKS.match(text, place)
    return match.end() if match else place


def with_command(settings: Settings, command: str) -> str:
    """Return the text with another command in its status line; all else stays as it is."""
    member = settings.status_line
    said = json.dumps(command, ensure_ascii=False)
    if member is None:
        return _with_member(settings, said)
    if not isinstance(member.value, dict):
        return _replaced(settings.text, member.value_begin, member.end, _object(said))
    inner, end = _members(settings.text, member.value_begin)
    found = [each for each in inner if each.key == "command"]
    if found:
        return _replaced(settings.text, found[-1].value_begin, found[-1].end, said)
    if not inner:
        return _replaced(settings.text, member.value_begin, end, _object(said))
    return _replaced(settings.text, inner[-1].end, inner[-1].end, f', "command": {said}')


def without_status_line(settings: Settings) -> str:
    """Return the text without its status line."""
    member = settings.status_line
    if member is None:
        return settings.text
    place = settings.members.index(member)
    if place > 0:
        return _replaced(settings.text, settings.members[place - 1].end, member.end, "")
    if len(settings.members) > 1:
        return _replaced(settings.text, member.begin, settings.members[1].begin, "")
    begin = settings.text.rindex("{", 0, member.begin) + 1
    return _replaced(settings.text, begin, settings.text.index("}", member.end), "")


def _with_member(settings: Settings, said: str) -> str:
    """Add a status line behind the last member, written as the others are."""
    text = settings.text
    line = f'"{KEY}": {_object(said)}'
    if not settings.members:
        place = text.index("{") + 1
        end = text.index("}", place)
        return _replaced(text, place, end, f"\n  {line}\n")
    last = settings.members[-1]
    indent = _INDENT.search(text, 0, last.begin + 1)
    before = f"\n{indent[1]}" if indent else " "
    return _replaced(text, last.end, last.end, f",{before}{line}")


def _object(said: str) -> str:
    return f'{{"type": "command", "command": {said}}}'


def _replaced(text: str, begin: int, end: int, new: str) -> str:
    return text[:begin] + new + text[end:]
