"""Numbers that are typed: counts, years, lengths of blocks; and words of a given set."""

from __future__ import annotations

from engine.domain.mistakes import SettingsError

_YEARS = range(1970, 9990)
_MOST_HOURS = 24 * 7
_ALIKE = 0.65
"""From this share of letters in common on, a word may have been meant."""


def parse_number(text: str) -> int:
    """Return a whole number of 1 or more, whose thousands may be set apart.

    Raises `SettingsError` for anything else.
    """
    digits = text.replace("_", "").replace(",", "")
    value = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0
    if value < 1:
        raise SettingsError(f"'{text}' is not a number of 1 or more.")
    return value


def parse_year(text: str) -> int:
    """Return a year in which responses can have come; raises `SettingsError`."""
    value = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    if value not in _YEARS:
        raise SettingsError(f"'{text}' is not a year: give one such as 2026.")
    return value


def parse_hours(text: str) -> float:
    """Return a block's length of more than 0 hours and at most a week; raises `SettingsError`."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= _MOST_HOURS:
        raise SettingsError(
            f"'{text}' is not the length of a block: give hours above 0, at most {_MOST_HOURS}."
        )
    return value


def parse_choice(text: str, choices: tuple[str, ...]) -> str:
    """Return one of some words; raises `SettingsError` that names the nearest, or all of them."""
    if text in choices:
        return text
    end = nearest(text, choices)
    raise SettingsError(f"There is no '{text}': {end if end.endswith('?') else f'{end}.'}")


def nearest(text: str, right: tuple[str, ...], otherwise: str = "") -> str:
    """Return the end of a sentence that names the nearest right word, or all of them.

    Case and hyphens in front do not count; people seldom mistype the first letter. `otherwise`
    stands where nothing is near, in place of a list too long to read.
    """
    from difflib import get_close_matches

    bare = {word.lstrip("-").lower(): word for word in reversed(right)}
    said = text.lstrip("-").lower()
    near = get_close_matches(said, bare, 3, _ALIKE)
    if near:
        best = next((word for word in near if word[:1] == said[:1]), near[0])
        return f"did you mean '{bare[best]}'?"
    return otherwise or f"use one of {', '.join(right)}"
