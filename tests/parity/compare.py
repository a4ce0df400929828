"""Documents as figures at places, so that two of them can be held side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

Figures = Mapping[str, object]

_NAMED_BY = ("date", "week", "month", "modelName", "id")
ORDER = "order"


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def figures(document: object) -> dict[str, object]:
    """Return every value of a document by its place; rows stand under their names.

    Where a list has rows, their order is a value of its own. Rows of one cost, and responses
    of one moment, may stand in any order among themselves.
    """
    return dict(_walk("", document))


def _walk(place: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield place, "{}"
        for name, below in value.items():
            yield from _walk(f"{place}/{name}", below)
    elif isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        rows = dict(zip(_names(value), value, strict=True))
        yield f"{place}/{ORDER}", _order(rows)
        for name, row in rows.items():
            yield from _walk(f"{place}/{name}", row)
    elif place.endswith("/timestamp"):
        yield place, _moment(value)
    else:
        yield place, value


def _names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a name of its own for each row."""
    names = [_name(row) for row in rows]
    return [
        f"{name} ({names[:place].count(name) + 1})" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    ]


def _name(row: Mapping[str, Any]) -> str:
    if "sessionId" in row:
        return f"{row['sessionId']} in {row['projectPath']}"
    if "timestamp" in row:
        return f"{_moment(row['timestamp'])} {row['inputTokens']} {row['outputTokens']}"
    return next(str(row[name]) for name in _NAMED_BY if name in row)


def _moment(text: object) -> float:
    return datetime.fromisoformat(str(text)).timestamp()


def _order(rows: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    """Return rows' names in order, those of equal rank side by side."""
    order: list[list[str]] = []
    before: object = MISSING
    for name, row in rows.items():
        rank = _rank(row)
        if rank is not MISSING and agree(rank, before):
            order[-1].append(name)
        else:
            order.append([name])
        before = rank
    return tuple(tuple(sorted(names)) for names in order)


def _rank(row: Mapping[str, Any]) -> object:
    """Return what a row's place depends on, where that can be equal for two rows."""
    if "timestamp" in row:
        return _moment(row["timestamp"])
    if "modelName" in row or "sessionId" in row:
        return row.get("cost", row.get("totalCost", 0))
    return MISSING


def agree(one: object, other: object) -> bool:
    """Say whether two values are equal: tokens and text exactly, money within 10⁻⁹."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int) and isinstance(other, int):
        return one == other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or abs(one - other) <= 1e-9 * max(1.0, abs(one), abs(other))
    return one == other


def differing(theirs: Figures, ours: Figures) -> list[str]:
    """Return the places where ours has not what theirs has."""
    return [
        place
        for place, value in theirs.items()
        if place not in ours or not agree(value, ours[place])
    ]
