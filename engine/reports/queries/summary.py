"""Today, this week, this month and the active block on one page."""

from __future__ import annotations

from datetime import timedelta

from engine.domain.periods import day_after, first_day, key_of, label_of
from engine.domain.questions import Question, Selection, Summary
from engine.domain.report_definitions import Period
from engine.domain.reports import Row
from engine.domain.snapshots import Snapshot
from engine.domain.times import start_of_day
from engine.reports.queries.basis import Basis
from engine.reports.queries.choice import Choice, choose
from engine.reports.queries.groups import session_rows, whole_group
from engine.reports.queries.order import in_order
from engine.reports.rows import finish, period_row

_MOST_SESSIONS = 10


def summary(selection: Selection, snapshot: Snapshot, basis: Basis) -> Summary:
    """Return the page; the block, its rate and projection are the snapshot's.

    A selection's days are left aside: the page names its own.
    """
    choice = choose(selection, basis)
    month = _period("month", choice, basis)
    return Summary(
        zone=basis.zone_name,
        now=basis.now,
        today=_period("day", choice, basis),
        week=_period("week", choice, basis),
        month=month,
        block=snapshot.block,
        burn_rate=snapshot.burn_rate,
        projection=snapshot.projection,
        by_model=month.by_model,
        sessions=_sessions(choice, basis),
        notes=choice.notes,
        agent=snapshot.agent,
        agents=selection.agents,
        window=next((each for each in snapshot.windows if each.is_gravest), None),
    )


def _period(period: Period, choice: Choice, basis: Basis) -> Row:
    """Return the present day, week or month."""
    begin = first_day(period, basis.today, basis.week_start)
    end = day_after(period, begin)
    chosen = choice.between(begin, end - timedelta(days=1), basis)
    group = whole_group(chosen, basis)
    return period_row(
        key_of(period, begin),
        label_of(period, begin, basis.today.year),
        group.tally,
        (start_of_day(begin, basis.zone), start_of_day(end, basis.zone)),
        len(group.sessions),
        basis.model,
    )


def _sessions(choice: Choice, basis: Basis) -> tuple[Row, ...]:
    """Return today's most expensive sessions, with their shares of the day."""
    found, _ = session_rows(choice.between(basis.today, basis.today, basis), basis)
    rows = [row.row for row in in_order(found, Question(kind="session"))]
    return tuple(finish(rows, len(rows))[0][:_MOST_SESSIONS])
