"""`ccmon graph`: a year of days, for people, scripts and as a picture to share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from engine.domain.choices import MEASURES
from tui.options import values
from tui.options.definition import Command, Namespace, Option
from tui.options.shared import CHOSEN, COLOR, JSON, PLACES

if TYPE_CHECKING:
    from engine.domain.calendars import Calendar
    from engine.domain.questions import Selection


def run(options: Namespace) -> int:
    """Read what is new, then print the calendar or write its pictures; return the exit code."""
    from engine.domain.questions import Selection
    from engine.monitor import Monitor
    from tui.config.settings import agents_of, settings_of
    from tui.terminal.progress_line import ProgressLine
    from tui.words.format import plain

    selection = Selection(
        project=options.project,
        model=options.model,
        mode=options.mode,
        agents=agents_of(options),
    )
    with Monitor(settings_of(options)) as monitor:
        monitor.require_roots()
        monitor.fetch()
        with ProgressLine(sys.stderr) as line:
            monitor.catch_up(line.show)
        lacks = monitor.take_fetched()
        calendar = monitor.answers.calendar(options.year, selection)
        notices = [each.text for each in monitor.notices() if each.severity != "information"]
    if options.json:
        from engine.documents.calendars import graph_document
        from engine.documents.encoding import encode
        from tui.terminal.encoding import writable_json

        document = graph_document(calendar, options.by)
        print(writable_json(encode(document), sys.stdout.encoding))
    if options.svg or options.png:
        _write_pictures(calendar, options)
    elif not options.json:
        _print_page(calendar, selection, options)
    sys.stdout.flush()
    for text in (*lacks, *calendar.notes, *notices):
        print(f"ccmon: {plain(text)}", file=sys.stderr)
    return 0


def _write_pictures(calendar: Calendar, options: Namespace) -> None:
    """Write the pictures asked for, and say where they are unless JSON is printed."""
    from tui.graph.files import write_picture
    from tui.graph.picture import picture_of
    from tui.words.format import plain

    picture = picture_of(calendar, options.by)
    for name in filter(None, (options.svg, options.png)):
        if name == options.svg:
            from tui.graph.svg import svg_text

            data = svg_text(picture).encode()
        else:
            from tui.graph.png import png_bytes

            data = png_bytes(picture)
        path = write_picture(name, data)
        if not options.json:
            print(f"{plain(str(path))} written.")


def _print_page(calendar: Calendar, selection: Selection, options: Namespace) -> None:
    from tui.graph.page import calendar_lines
    from tui.tables.look import Look
    from tui.tables.terminal import has_styles, print_lines, width_of
    from tui.tables.title import selected

    look = Look(width=width_of(sys.stdout), zone=calendar.zone)
    lines = calendar_lines(calendar, options.by, look, selected(selection))
    print_lines(lines, is_styled=has_styles(options.color, sys.stdout))


COMMAND = Command(
    "graph",
    "reports",
    "a calendar of the year: how busy each day was, streaks, the best day",
    run,
    shared=(CHOSEN, PLACES),
    own=(
        Option(
            ("-y", "--year"),
            "the days of this year (default: the last 53 weeks)",
            "YEAR",
            read=values.year,
            is_configurable=False,
        ),
        Option(
            ("--by",),
            "colour days by cost (the default) or by tokens",
            "MEASURE",
            read=values.choice(MEASURES),
            choices=MEASURES,
            default="cost",
            example='"tokens"',
        ),
        JSON,
        Option(
            ("--svg",),
            "write a picture to share, without names of projects, as SVG to this file",
            "FILE",
            completes="file",
            is_configurable=False,
        ),
        Option(
            ("--png",),
            "the same as PNG",
            "FILE",
            completes="file",
            is_configurable=False,
        ),
        COLOR,
    ),
    about="Each active day is one of four shades, parted by the quartiles of the calendar's active"
    " days. The current streak goes on today, or went on until yesterday; the longest is the"
    " longest with a day in the calendar, wherever it began."
    "\n\nPictures bear the year, figures, and the agents where there are several: no project, no"
    " path, no session. A file of the name is written over.",
    examples=(
        ("ccmon graph", "the last 53 weeks"),
        ("ccmon graph --year 2026 --by tokens", "a year by tokens"),
        ("ccmon graph --svg year.svg --png year.png", "pictures to share"),
    ),
)
