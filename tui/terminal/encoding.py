"""Text for streams that cannot write every character: no report ends in an encoding error."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import east_asian_width

from engine.domain.system import PLATFORM

_STAND_INS = {
    "─": "-",
    "░": ":",
    "▒": "+",
    "▓": "*",
    "█": "#",
    "▉": "#",
    "▊": "#",
    "▋": "#",
    "▌": "=",
    "▍": "-",
    "▎": "-",
    "▏": "-",
    "…": "~",
    "·": "-",
    "●": "*",
    "│": "|",
}


def writable(text: str, encoding: str | None) -> str:
    """Return text whose every character the encoding has, as many cells wide as before."""
    return _mapped(text, encoding, _stand_in)


def writable_json(text: str, encoding: str | None, platform: str = PLATFORM) -> str:
    """Return the same JSON with characters that the encoding lacks escaped.

    On Windows all beyond ASCII: PowerShell reads a program's output in a code page of its own
    and writes what it took that for.
    """
    return _mapped(text, "ascii" if platform == "win32" else encoding, _escape)


def _mapped(text: str, encoding: str | None, instead: Callable[[str], str]) -> str:
    name = encoding or "utf-8"
    try:
        text.encode(name)
    except UnicodeEncodeError:
        missing = {ord(sign): instead(sign) for sign in set(text) if not _has(name, sign)}
        return text.translate(missing)
    return text


def _has(encoding: str, sign: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _stand_in(sign: str) -> str:
    known = _STAND_INS.get(sign)
    return known or ("??" if east_asian_width(sign) in "WF" else "?")


def _escape(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))
