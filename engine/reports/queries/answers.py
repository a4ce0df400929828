"""Answers one-shot questions from sums, bringing no history into memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, tzinfo
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from engine.domain.choices import Mode
from engine.domain.mistakes import SettingsError
from engine.domain.owners import OwnedScope
from engine.domain.questions import Answer, AnswerRow, Question, Selection
from engine.domain.times import day_of
from engine.domain.typed.days import check_days
from engine.reports.queries.again import Again, Kept, answer_again
from engine.reports.queries.basis import Basis
from engine.reports.queries.choice import Choice, choose
from engine.reports.queries.order import in_order, largest, newest
from engine.reports.queries.source import ReportSource
from engine.reports.rows import finish

if TYPE_CHECKING:
    from typing import Protocol

    from engine.domain.calendars import Calendar
    from engine.domain.questions import Comparison, SessionAnswer, Summary
    from engine.domain.snapshots import Snapshot
    from engine.reports.queries.exported import Exported

    class Insist(Protocol):
        """Takes a step that asks the ledger until it is answered."""

        def __call__(self, step: Callable[[], _T]) -> _T:
            """Return what the step returns."""


_T = TypeVar("_T")


def nobodys(account: str) -> Sequence[OwnedScope]:
    """Raise `SettingsError`: where the answers come from nobody knows accounts."""
    raise SettingsError(f"Nothing is known here of the account '{account}': leave --account out.")


class Answers:
    """Answers about scopes; reports that took long are kept where there is something to keep them.

    `scopes` gives those of some agents by their names, of all for no name; `insist` asks the
    ledger, and asks again where it goes on with another; `snapshot` says where things stand;
    `owned` gives what was an account's.
    """

    def __init__(
        self,
        source: ReportSource,
        scopes: Callable[[Sequence[str]], Mapping[str, int]],
        zone: tuple[str, tzinfo],
        clock: Callable[[], int],
        week_start: int,
        insist: Insist,
        snapshot: Callable[[], Snapshot],
        home: str = "",
        owned: Callable[[str], Sequence[OwnedScope]] = nobodys,
        kept: Kept | None = None,
    ) -> None:
        self._source = source
        self._scopes = scopes
        self.zone = zone
        self._clock = clock
        self._week_start = week_start
        self._insist = insist
        self._snapshot = snapshot
        self._home = home
        self._owned = owned
        self._kept = kept

    def unkept(self) -> Answers:
        """Return the same for who keeps answers by itself: none is read or kept here."""
        from copy import copy

        same = copy(self)
        same._kept = None
        return same

    def today(self) -> date:
        """Return the present day in the zone of what is answered."""
        return day_of(self._clock(), self.zone[1])

    def answer(self, question: Question) -> Answer:
        """Return a report.

        Raises `SettingsError` where its last day comes before its first, and for an account that
        nobody has.
        """
        check_days(question.selection.since, question.selection.until)
        owned = self._owned(question.account) if question.account else None
        kept = self._kept if owned is None else None

        def ask(basis: Basis) -> Again:
            return answer_again(question, basis, kept, lambda: _answer(question, basis, owned))

        again = self._ask(question.selection, ask)
        again.keep()
        return again.answer

    def session(self, name: str, mode: Mode = "auto") -> SessionAnswer | None:
        """Return one session with all its responses, `None` where there is no such session."""
        from engine.reports.queries.groups import one_session

        return self._ask(Selection(mode=mode), lambda basis: one_session(name, basis))

    def compare(self, left: str, right: str, selection: Selection) -> Comparison:
        """Return two periods or two projects side by side; raises `SettingsError`."""
        from engine.reports.queries.comparison import compare

        return self._ask(selection, lambda basis: compare(left, right, selection, basis))

    def summary(self, selection: Selection) -> Summary:
        """Return today, this week, this month and the active block."""
        from engine.reports.queries.summary import summary

        snapshot = self._snapshot()
        return self._ask(selection, lambda basis: summary(selection, snapshot, basis))

    def calendar(self, year: int | None, selection: Selection) -> Calendar:
        """Return every day of a year, or of the last 53 weeks, of what is selected.

        The selection's days are left aside, for all history has streaks.
        """
        from engine.reports.queries.calendar import calendar_of

        every = Question(kind="daily", selection=replace(selection, since=None, until=None))

        def ask(basis: Basis) -> Calendar:
            answer = _answer(every, basis)
            return calendar_of(
                (row.row for row in answer.rows),
                year,
                basis.today,
                zone=basis.zone_name,
                now=basis.now,
                week_start=basis.week_start,
                notes=answer.notes,
            )

        return self._ask(selection, ask)

    def exported(self, selection: Selection, use: Callable[[Exported], _T]) -> _T:
        """Return what is made of the responses selected, all seen at one moment.

        `use` is called once more where the ledger goes on in another place meanwhile.
        """
        from engine.reports.queries.exported import Exported

        check_days(selection.since, selection.until)
        return self._ask(selection, lambda basis: use(Exported(selection, basis)))

    def _ask(self, selection: Selection, ask: Callable[[Basis], _T]) -> _T:
        """Ask of one moment of the ledger, whatever is written meanwhile."""

        def once() -> _T:
            scopes = self._scopes(selection.agents)
            now = self._clock()
            zone, week_start = self.zone, self._week_start
            mode, home = selection.mode, self._home
            basis = Basis(self._source, scopes, mode, zone, week_start, now, home)
            with self._source.at_one_moment():
                return ask(basis)

        return self._insist(once)


def _answer(question: Question, basis: Basis, owned: Sequence[OwnedScope] | None = None) -> Answer:
    choice = choose(question.selection, basis, by_directory=question.by_directory)
    limit = None if question.token_limit == "max" else question.token_limit
    notes = choice.notes
    if notes:
        rows, sessions = list[AnswerRow](), 0
    elif question.report.by == "block":
        from engine.reports.queries.blocks import BlockRows

        found = BlockRows(question, choice, basis, owned)
        limit, sessions = found.limit(), 0
        rows = found.rows(limit)
        if question.token_limit == "max" and limit is None:
            notes = ("There is no finished block yet whose tokens could be the limit.",)
    else:
        rows, sessions = _rows(question, choice, basis)
    if not question.report.is_period and question.last is not None:
        rows = newest(rows, question.last)
        sessions = sum(row.row.sessions for row in rows) if question.report.by == "session" else 0
    return _finished(question, basis, rows, sessions, limit, notes)


def _rows(question: Question, choice: Choice, basis: Basis) -> tuple[list[AnswerRow], int]:
    """Return the rows of periods or groups, and how many sessions they are of."""
    if question.report.is_period:
        from engine.reports.queries.periods import PeriodRows

        return PeriodRows(question, choice, basis).rows()
    from engine.reports.queries.groups import GROUPS

    selection = question.selection
    chosen = choice.between(selection.since, selection.until, basis)
    return GROUPS[question.report.by](chosen, basis)


def _finished(
    question: Question,
    basis: Basis,
    rows: list[AnswerRow],
    sessions: int,
    limit: int | None,
    notes: tuple[str, ...],
) -> Answer:
    """Return rows in order with their shares, and the totals of all of them."""
    ordered = in_order(rows, question)
    shared, totals = finish([row.row for row in ordered], sessions)
    finished = [replace(row, row=each) for row, each in zip(ordered, shared, strict=True)]
    return Answer(
        question=question,
        zone=basis.zone_name,
        now=basis.now,
        rows=tuple(largest(finished, question)),
        totals=totals,
        token_limit=limit,
        notes=notes,
    )
