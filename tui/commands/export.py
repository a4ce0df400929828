"""`ccmon export`: responses, or a report, as files that other programs open."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.domain.report_definitions import REPORTS
from tui.options import values
from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.shared import CHOSEN, DATES, PLACES

if TYPE_CHECKING:
    from engine.domain.questions import Selection
    from engine.monitor import Monitor

_RESPONSES = "responses"
_WHAT = (_RESPONSES, *(report.key for report in REPORTS))
_FORMS = ("parquet", "csv", "sqlite", "xlsx")


def run(options: Namespace) -> int:
    """Read what is new and write the file; return the exit code."""
    from engine.monitor import Monitor
    from tui.config.questions import selection_of
    from tui.config.settings import settings_of
    from tui.terminal.progress_line import ProgressLine
    from tui.words.format import plain

    form, path = _target(options)
    with Monitor(settings_of(options)) as monitor:
        selection = selection_of(options, monitor.today())
        monitor.require_roots()
        monitor.fetch()
        with ProgressLine(sys.stderr) as line:
            monitor.catch_up(line.show)
        lacks = monitor.take_fetched()
        if options.what == _RESPONSES:
            told = _export_responses(monitor, selection, form, path)
        else:
            told = _export_report(monitor, selection, options.what, form, path)
        notices = [each.text for each in monitor.notices() if each.severity != "information"]
    print(plain(told))
    sys.stdout.flush()
    for text in (*lacks, *notices):
        print(f"ccmon: {plain(text)}", file=sys.stderr)
    return 0


def _target(options: Namespace) -> tuple[str, Path]:
    """Return the form asked for and where it goes; raises `UsageError` where none is."""
    for form in _FORMS:
        said = getattr(options, form)
        if said is not None:
            return form, Path(said).expanduser()
    raise UsageError(
        "Say as what: --parquet DIR, --csv FILE, --sqlite FILE or --xlsx FILE"
        " (ccmon help exports tells of each)."
    )


def _export_responses(monitor: Monitor, selection: Selection, form: str, path: Path) -> str:
    from tui.flat.files.written import Chosen, write_responses

    notes: tuple[str, ...] = ()

    def write(chosen: Chosen) -> str:
        nonlocal notes
        notes = chosen.notes
        return "" if notes else write_responses(form, path, chosen)

    told = monitor.answers.exported(selection, lambda exported: write(Chosen(exported)))
    return " ".join(notes) or told


def _export_report(monitor: Monitor, selection: Selection, what: str, form: str, path: Path) -> str:
    from engine.domain.questions import Question
    from tui.flat.files.written import write_report
    from tui.flat.written import flat_table

    answer = monitor.answers.answer(Question(kind=what, selection=selection))
    return " ".join(answer.notes) or write_report(form, path, what, flat_table(answer))


COMMAND = Command(
    "export",
    "scripts",
    "write responses, or a report, as Parquet, CSV, SQLite or an Excel workbook",
    run,
    shared=(DATES, CHOSEN, PLACES),
    own=(
        Option(
            (),
            f"what to write: {', '.join(_WHAT)} (default: {_RESPONSES}, a row for each)",
            "WHAT",
            read=values.choice(_WHAT),
            choices=_WHAT,
            default=_RESPONSES,
            name="what",
            is_required=False,
        ),
        Option(
            ("--parquet",),
            "a directory with a part for each month, or one file that ends in .parquet",
            "DIR|FILE",
            one_of="form",
            completes="file",
        ),
        Option(
            ("--csv",),
            "a directory with a part for each month, or one file that ends in .csv",
            "DIR|FILE",
            one_of="form",
            completes="file",
        ),
        Option(
            ("--sqlite",),
            "a SQLite database, with a table for each thing written into it",
            "FILE",
            one_of="form",
            completes="file",
        ),
        Option(
            ("--xlsx",),
            "an Excel workbook, with a sheet for each month",
            "FILE",
            one_of="form",
            completes="file",
        ),
    ),
    about="Of responses that were exported before only the months are written again in which"
    " something changed; each file takes the place of the one before in one step."
    "\n\nColumns have types and units, told in the file itself: times are UTC, kinds of tokens are"
    " disjoint, and money stands both in dollars and, exactly, in whole pico-dollars."
    " ccmon help exports has the details.",
    examples=(
        ("ccmon export --parquet ~/usage", "all responses, for DuckDB, pandas or Spark"),
        ("ccmon export daily --since 30d --csv days.csv", "thirty days as CSV"),
        ("ccmon export --sqlite usage.db", "all responses in a database"),
    ),
    is_configurable=False,
)
