"""The sizes at which the screen is laid out anew; `live.tcss` says what each layout is."""

from __future__ import annotations

HORIZONTAL = [(0, "-tiny"), (50, "-narrow"), (80, "-normal"), (110, "-wide"), (170, "-huge")]
"""The least width in cells of each layout."""
VERTICAL = [(0, "-line"), (12, "-low"), (21, "-short"), (34, "-tall"), (50, "-full")]
"""The least height in cells of each layout."""


def layouts_of(width: int, height: int) -> list[str]:
    """Return the layouts of a size in cells."""
    return [
        [name for least, name in layouts if size >= least][-1]
        for size, layouts in ((width, HORIZONTAL), (height, VERTICAL))
    ]
