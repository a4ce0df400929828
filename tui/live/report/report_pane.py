"""A report's tab: its table, its filter, its export, and the way into details."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from engine.domain.report_definitions import report_of_tab
from engine.domain.reports import Report, ReportKind, Row, Span
from engine.domain.settings import system_clock
from engine.domain.totals import total_of
from tui.live.inquiry import Inquiry
from tui.live.new_file import ExportError
from tui.live.report.export import ExportFormat, write_report
from tui.live.report.filter_bar import FilterBar, Haystack
from tui.live.report.row_order import nouns_of
from tui.live.report.table import ReportTable
from tui.live.source import Source
from tui.live.words import Basis
from tui.words.format import plain

_TITLED = 300
"""So many of the newest sessions are shown by their titles."""
_SPAN_WORDS: dict[Span, str] = {
    "5h": "in the last 5 hours",
    "24h": "in the last 24 hours",
    "7d": "in the last 7 days",
    "30d": "in the last 30 days",
    "all": "so far",
}


class Asked(NamedTuple):
    """What a report depends on; the same again needs no new report."""

    revision: int
    span: Span
    zone: str


class ReportMade(Message, bubble=False):
    """A report was made in a thread, or could not be: then `sentence` says why.

    Of two of one asking the first is not the last: titles are still being read.
    """

    def __init__(self, report: Report | None, sentence: str = "", *, is_last: bool = True) -> None:
        super().__init__()
        self.report = report
        self.sentence = sentence
        self.is_last = is_last

    def can_replace(self, message: Message) -> bool:
        """Let a newer report take the place of one not yet drawn."""
        return isinstance(message, ReportMade)


class ReportPane(Vertical):
    """One tab with one report. Asks for it only when seen, one report at a time."""

    DEFAULT_CSS = """
    ReportPane {
        height: 1fr;
        & > ReportTable { height: 1fr; }
        & > #note {
            height: auto; max-height: 2; display: none; padding: 0 2; color: $text-muted;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > #note.-told { display: block; }
        & > #note.-error { color: $text-error; text-style: bold; }
    }
    """

    def __init__(
        self,
        kind: ReportKind,
        source: Source,
        *,
        id: str | None = None,
        clock: Callable[[], int] = system_clock,
        directory: Path | None = None,
        home: Path | None = None,
    ) -> None:
        """Show reports of one kind; exports go to `directory` (the current one) or `home`."""
        super().__init__(id=id)
        self.kind = kind
        self._source = source
        self._clock = clock
        self._directory = directory
        self._home = home
        self._by: Basis = "cost"
        self._remark = ""
        self._inquiry = Inquiry[Asked](self, lambda asked: self._make_report(source, asked.span))
        self._report: Report | None = None
        self._haystack = Haystack(())

    def compose(self) -> ComposeResult:
        """Lay out filter, table and note."""
        yield FilterBar()
        table = ReportTable(self.kind)
        table.say("Counting …")
        yield table
        yield Static("", id="note", markup=False)

    @property
    def table(self) -> ReportTable:
        """The table, which has the keys unless a filter is typed."""
        return self.query_one(ReportTable)

    @property
    def filter_bar(self) -> FilterBar:
        """The line in which a filter is typed."""
        return self.query_one(FilterBar)

    def focus(self, scroll_visible: bool = True) -> Self:
        """Give the keys to the table."""
        self.table.focus(scroll_visible)
        return self

    def show(
        self, snapshot_revision: int, *, by: Basis, span: Span, zone: str = "", remark: str = ""
    ) -> None:
        """Show the report of a revision; cheap where nothing changed or nobody looks.

        A remark stands below the rows.
        """
        if remark != self._remark:
            self._remark = remark
            self._draw_report()
        wanted = Asked(snapshot_revision, span, zone)
        if by != self._by:
            self._by = by
            self._draw_report()
        self._inquiry.want(wanted)

    def sort_next(self) -> None:
        """Sort by the next column."""
        self.table.sort_next()

    def orders(self) -> list[tuple[str, Callable[[], None]]]:
        """Return what the table can be sorted by, and how that is done."""
        table = self.table
        return [
            (column.title, partial(table.sort_by, column.field))
            for column in table.columns
            if column.title.strip()
        ]

    def sort_reverse(self) -> None:
        """Turn the order around."""
        self.table.sort_reverse()

    def start_filter(self) -> None:
        """Open the filter line and give it the keys."""
        self.filter_bar.open()

    def clear_filter(self) -> bool:
        """Show all rows again; return whether there was a filter."""
        had_filter = self.filter_bar.clear()
        if had_filter:
            self.focus()
        return had_filter

    def export(self, fmt: ExportFormat) -> None:
        """Write the rows shown, in the order shown, into a new file."""
        if self._report is None:
            self.app.notify("There is no report to export yet.", severity="warning")
            return
        self._write(self._report, tuple(self.table.rows), fmt)

    def on_show(self) -> None:
        """Catch up with what changed while nobody looked."""
        self._inquiry.ask_if_due()

    @work(thread=True, group="report", exclusive=True, exit_on_error=False)
    def _make_report(self, source: Source, span: Span) -> None:
        try:
            report = source.report(self.kind, span)
            if report_of_tab(self.kind).by == "session":
                self.post_message(ReportMade(report, is_last=False))
                if source.learn_titles(_newest_sessions(report)):
                    report = source.report(self.kind, span)
            made = ReportMade(report)
        except Exception as error:  # noqa: BLE001 - the thread's one boundary
            made = ReportMade(None, _failure("This report could not be made", error))
        self.post_message(made)

    @on(ReportMade)
    def take_report(self, made: ReportMade) -> None:
        """Draw a report, then rest a little before the next."""
        if made.is_last:
            self._inquiry.rest()
        if made.report is None:
            self._inquiry.forget()
            self.table.say("")
            self._tell(made.sentence, is_error=True)
            return
        if self._report is None or made.report.rows != self._report.rows:
            self._haystack = Haystack(made.report.rows)
        if made.report != self._report:
            self._report = made.report
            self._draw_report()
        self._inquiry.ask_if_due()

    def _draw_report(self) -> None:
        if self._report is not None:
            self.table.set_report(self._report, self._by)
            self._draw_rows(self._report)

    @on(FilterBar.Changed)
    def filter_rows(self) -> None:
        """Show only the rows that the filter lets through."""
        if self._report is not None:
            self._draw_rows(self._report)

    @on(FilterBar.Left)
    def take_keys(self) -> None:
        """Let the keys move in the table again."""
        self.focus()

    @on(ReportTable.RowOpened)
    def open_details(self, event: ReportTable.RowOpened) -> None:
        """Show what is inside a row."""
        from tui.live.screens.detail_screen import DetailScreen

        event.stop()
        zone = self._report.zone if self._report is not None else "UTC"
        self.app.push_screen(DetailScreen(self._source, self.kind, event.row.key, zone, self._by))

    def _draw_rows(self, report: Report) -> None:
        text = self.filter_bar.text.strip()
        rows = self._haystack.matching(text)
        totals = total_of(rows) if text else report.totals
        shown, known = _counted(rows), _counted(report.rows)
        singular, plural = nouns_of(self.kind)
        noun = singular if known == 1 else plural
        count = f"{shown:,} of {known:,}"
        self.filter_bar.tell(count)
        self.table.set_rows(rows, totals, f"{count if text else f'All {known:,}'} {noun}")
        self.table.say(
            f"No {singular} holds “{plain(text)}”; Esc clears the filter."
            if text
            else f"No {plural} {_SPAN_WORDS[report.span]}."
            + (" w looks further back." if report.span != "all" else "")
        )
        said = (self._remark, _unpriced(totals.figures.unpriced))
        self._tell("\n".join(filter(None, said)))

    def _tell(self, sentence: str, is_error: bool = False) -> None:
        note = self.query_one("#note", Static)
        note.set_class(bool(sentence), "-told")
        note.set_class(is_error, "-error")
        before = str(note.content)
        if before != sentence:
            note.update(sentence, layout="\n" in before + sentence)

    @work(thread=True, group="export", exit_on_error=False)
    def _write(self, report: Report, rows: tuple[Row, ...], fmt: ExportFormat) -> None:
        home = self._home or Path.home()
        directory = self._directory or Path.cwd()
        try:
            path = write_report(report, rows, fmt, directory, self._clock(), home=home)
        except ExportError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        singular, plural = nouns_of(self.kind)
        noun = singular if len(rows) == 1 else plural
        self.app.notify(f"{len(rows):,} {noun} written to {plain(str(path))}", markup=False)


def _newest_sessions(report: Report) -> list[str]:
    """Return the sessions whose titles are worth reading before anyone scrolls."""
    return [row.key for row in report.rows[:_TITLED]]


def _counted(rows: Sequence[Row]) -> int:
    """Return how many rows are not gaps."""
    return sum(not row.is_gap for row in rows)


def _unpriced(models: tuple[str, ...]) -> str:
    if not models:
        return ""
    names = ", ".join(plain(name) or "unknown" for name in models)
    return f"+ leaves out what has no known price: {names}"


def _failure(what: str, error: Exception) -> str:
    return f"{what}: {plain(str(error)) or type(error).__name__}. r tries again."
