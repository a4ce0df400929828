"""What scripts read, and the status line that one writes oneself."""

from __future__ import annotations

from tui.help.blocks import Code, Page, Terms, paragraphs


def json() -> Page:
    """Return the page on what the JSON looks like, and exit codes."""
    return (
        *paragraphs(
            "Every report prints JSON with --json, in the shape of ccusage's Claude reports with"
            " more keys beside theirs. Times are ISO 8601 in UTC, days those of the zone in force,"
            " money US dollars, percentages go from 0 to 100, null stands for what is not known."
        ),
        Terms(
            (
                ("daily", "rows under daily, each with date"),
                ("weekly", "rows under weekly, each with week, its first day"),
                ("monthly", "rows under monthly, each with month"),
                ("session", "rows under sessions"),
                ("blocks", "rows under blocks"),
                ("graph", "rows under days, each with date and intensity, 0 to 4"),
                ("totals", "the sums of all rows, to the token"),
            )
        ),
        *paragraphs(
            "Models without a price are named at every level whose costs lack them. engine/"
            "documents/README.md explains every key; a JSON Schema of each report is beside it."
            "\n\nOn failure nothing is printed to standard output (session --id prints null where"
            " there is no such session), one sentence to standard error, and the exit code is 1;"
            " after wrong arguments or a wrong configuration it is 2."
        ),
    )


def statusline() -> Page:
    """Return the page on the fields of a status line of your own."""
    from tui.statusline.shown import FIELDS

    return (
        *paragraphs(
            "With --template the line is your own: a field in braces is filled in, and a part in"
            " brackets is left out while one of its fields is unknown."
        ),
        Code(("ccmon statusline --template '{model} {session_cost}[ · {five_hour} of 5h]'",)),
        Terms(tuple((f"{{{name}}}", meaning) for name, (meaning, _) in FIELDS.items())),
    )
