"""What was measured last, row by row, and what the measurements' page and README say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.bench.figures import Figure
from tests.bench.places import PROJECT
from tests.bench.plot import plot
from tests.bench.table import short_table, table

BEGIN, END = "<!-- speed -->\n", "<!-- /speed -->"
PICTURE = "screenshots/growth.svg"
PAGE = PROJECT / "tests" / "bench" / "README.md"
_README = PROJECT / "README.md"


class Measured(Struct, frozen=True):
    """One row's figures, and where and when they were measured."""

    name: str
    where: str
    figures: tuple[Figure, ...]


def load(file: Path) -> dict[str, Measured]:
    """Return what was kept, by the row's name; nothing where it is of another form."""
    try:
        rows = msgspec.json.decode(file.read_bytes(), type=list[Measured])
    except (OSError, msgspec.DecodeError):
        return {}
    return {row.name: row for row in rows}


def save(file: Path, row: Measured) -> None:
    """Keep a row in place of what was measured of it before."""
    file.write_bytes(encode((load(file) | {row.name: row}).values()))


def encode(rows: Iterable[Measured]) -> bytes:
    """Return rows as JSON; each figure with whether it holds what was promised."""
    made = [
        {
            "name": row.name,
            "where": row.where,
            "figures": [
                {**msgspec.to_builtins(figure), "holds": figure.holds} for figure in row.figures
            ],
        }
        for row in rows
    ]
    return msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"


def write_readme(rows: Iterable[Measured]) -> None:
    """Put the table into the measurements' page, the short one into README; draw the growth."""
    shown = [row for row in rows if row.figures]
    for path, made in ((PAGE, table), (_README, short_table)):
        path.write_text(updated(path.read_text("utf-8"), shown, made), "utf-8")
    figures = [figure for row in shown for figure in row.figures]
    if any(figure.course for figure in figures):
        (PROJECT / PICTURE).write_text(plot(figures), "utf-8")


def updated(
    text: str, rows: Iterable[Measured], as_table: Callable[[Sequence[Figure]], str] = table
) -> str:
    """Return a page with the table of these rows between its marks."""
    shown = list(rows)
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    where = "\\\n".join(dict.fromkeys(row.where for row in shown))
    made = as_table([figure for row in shown for figure in row.figures])
    return f"{before}{BEGIN}Measured {where}.\n\n{made}{END}{after}"
