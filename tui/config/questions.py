"""What the engine is asked, from the options of a command."""

from __future__ import annotations

from argparse import Namespace
from datetime import date

from engine.domain.mistakes import SettingsError
from engine.domain.questions import Question, Selection
from engine.domain.times import HOUR
from engine.domain.typed.days import check_days
from tui.config.settings import agents_of
from tui.options.definition import UsageError


def selection_of(options: Namespace, today: date) -> Selection:
    """Return which responses a command line asks about; raises `UsageError`."""
    since, until = (each and each.on(today) for each in (options.since, options.until))
    try:
        check_days(since, until)
    except SettingsError as error:
        raise UsageError(str(error)) from error
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
        by_directory=options.instances and options.json,
        sort=options.sort,
        order=options.order,
        top=options.top,
        block_length=round(options.session_length * HOUR),
        is_active_only=options.active,
        is_recent_only=options.recent,
        token_limit=options.token_limit,
    )
