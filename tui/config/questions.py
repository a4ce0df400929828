"""What the engine is asked, from the options of a command."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from engine.domain.typed import asked
from tui.config.settings import agents_of
from tui.options.definition import Namespace, UsageError

if TYPE_CHECKING:
    from engine.domain.questions import Question, Selection


def selection_of(options: Namespace, today: date) -> Selection:
    """Return which responses a command line asks about; raises `UsageError`."""
    try:
        return asked.selection_of(vars(options), today, agents_of(options))
    except SettingsError as error:
        raise UsageError(str(error)) from error


def question_of(options: Namespace, selection: Selection) -> Question:
    """Return what a command line asks of the responses selected."""
    return asked.question_of(options.command, vars(options), selection)
