"""What the engine is asked, from the options of a command."""

from __future__ import annotations

from argparse import Namespace
from datetime import date
from typing import Literal

from engine.domain.questions import Question, Selection
from engine.domain.times import HOUR
from tui.config.settings import agents_of
from tui.options.definition import UsageError


def selection_of(options: Namespace, today: date) -> Selection:
    """Return which responses a command line asks about; raises `UsageError`."""
    from engine.reports.queries.days import parse_day

    since, until = (
        parse_day(text, today) if text else None for text in (options.since, options.until)
    )
    if since and until and since > until:
        raise UsageError(f"--since {since} is after --until {until}: swap them.")
    return Selection(
        since=since,
        until=until,
        project=options.project,
        model=options.model,
        mode=options.mode,
        agents=agents_of(options),
    )


def question_of(options: Namespace, selection: Selection) -> Question:
    """Return what a command line asks of the responses selected."""
    return Question(
        kind=options.command,
        selection=selection,
        last=options.last,
        by_project=options.instances,
        sort=options.sort,
        order=options.order,
        top=options.top,
        block_length=round(options.session_length * HOUR),
        is_active_only=options.active,
        is_recent_only=options.recent,
        token_limit=_token_limit(options.token_limit),
    )


def _token_limit(text: str | None) -> int | Literal["max"] | None:
    from engine.reports.queries.days import parse_token_limit

    return parse_token_limit(text) if text else None
