"""Fills in a line of the user's own: `{field}`, `[left out when {field} is unknown]`."""

from __future__ import annotations

import re
from collections.abc import Callable

from tui.statusline.shown import FIELDS, Shown

UNKNOWN = "?"
"""Stands for a field that is not known, outside of a section."""

_PARTS = re.compile(r"\\(?P<sign>.)|\[(?P<section>(?:\\.|[^\[\]\\])*)\]|\{(?P<field>\w+)\}")
_FIELDS = re.compile(r"\\(?P<sign>.)|\{(?P<field>\w+)\}")
_ESCAPE = {"e": "\x1b"}


def fill(template: str, shown: Shown, escape: Callable[[str], str] = str) -> str:
    r"""Return a template filled in; what names no field stays as it is written.

    A section in brackets without any field does, too. `\{`, `\[`, `\]` and `\\` stand for
    the sign itself, `\e` for the escape that begins a colour. `escape` makes what is filled
    in safe for the output; the template is the user's own.
    """

    def field(name: str) -> str | None:
        said = FIELDS[name][1](shown)
        return None if said is None else escape(said)

    def part(match: re.Match[str]) -> str:
        if match["section"] is not None:
            return _section(match["section"], field)
        return _sign_or_field(match, field)

    return " ".join(_PARTS.sub(part, template).splitlines())


def _section(text: str, field: Callable[[str], str | None]) -> str:
    names = [name for name in _names(text) if name in FIELDS]
    if any(field(name) is None for name in names):
        return ""
    filled = _FIELDS.sub(lambda match: _sign_or_field(match, field), text)
    return filled if names else f"[{filled}]"


def _sign_or_field(match: re.Match[str], field: Callable[[str], str | None]) -> str:
    if match["sign"] is not None:
        return _ESCAPE.get(match["sign"], match["sign"])
    name = match["field"]
    if name not in FIELDS:
        return match[0]
    said = field(name)
    return UNKNOWN if said is None else said


def _names(text: str) -> list[str]:
    return [match["field"] for match in _FIELDS.finditer(text) if match["field"] is not None]


def unknown_fields(template: str) -> list[str]:
    """Return the names in braces that are not fields."""
    return [name for name in _names(template) if name not in FIELDS]


def field_lines() -> list[str]:
    """Return the fields with what they mean, a line each."""
    width = max(map(len, FIELDS)) + 2
    return [f"{'{' + name + '}':<{width}}  {meaning}" for name, (meaning, _) in FIELDS.items()]
