"""Options that say in which order rows stand, and how many of them."""

from __future__ import annotations

from engine.domain.choices import ORDERS, SORT_COLUMNS
from tui.options import values
from tui.options.definition import Option, OptionGroup

SORTING = OptionGroup(
    "Order",
    (
        Option(
            ("-o", "--order"),
            "asc or desc (default: times and names upwards, figures downwards)",
            "ORDER",
            read=values.choice(ORDERS),
            choices=ORDERS,
            example='"desc"',
        ),
        Option(
            ("--sort",),
            f"sort by a column: {', '.join(SORT_COLUMNS)}",
            "COLUMN",
            read=values.choice(SORT_COLUMNS),
            choices=SORT_COLUMNS,
            example='"cost"',
        ),
        Option(
            ("--top",),
            "show only the N that cost most; totals stay of all",
            "N",
            read=values.number,
            example="10",
        ),
    ),
)
