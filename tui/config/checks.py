"""Checks what only the engine can judge: zones, limits and days, wherever they were given."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterable
from typing import Any

from engine.domain.settings import SettingsError
from tui.options.definition import UsageError


def check(options: Namespace) -> None:
    """Refuse values that no run could use, as wrong arguments.

    What a configuration file set is named with file and line; a status line goes on
    without it and keeps the sentence in `config_error`. Raises `UsageError`.
    """
    for dest, verify in CHECKS.items():
        value = getattr(options, dest, None)
        if value in (None, ()) and dest != "timezone":
            continue
        try:
            verify(value)
        except SettingsError as error:
            _refuse(options, dest, error)


def _refuse(options: Namespace, dest: str, error: SettingsError) -> None:
    origin = options.origins.get(dest)
    if origin is None:
        raise UsageError(str(error)) from error
    sentence = f"{origin}: {error}"
    if options.command != "statusline":
        raise UsageError(sentence) from error
    options.config_error = sentence
    setattr(options, dest, None)


def _zone(name: str | None) -> None:
    from engine.domain.times import open_zone

    open_zone(name, os.environ)


def _limit(text: str) -> None:
    from engine.limits.estimate import parse_limit

    parse_limit(text)


def _agents(texts: Iterable[str]) -> None:
    from engine.agents.names import check_agents

    check_agents(texts)


def _budgets(texts: Iterable[str]) -> None:
    from engine.limits.budget_texts import parse_budgets

    parse_budgets(texts)


def _quiet_hours(text: str) -> None:
    from engine.notify.quiet_hours import QuietHours

    QuietHours.parse(text)


def _token_limit(text: str) -> None:
    from engine.reports.queries.days import parse_token_limit

    parse_token_limit(text)


def _day(text: str) -> None:
    from datetime import date

    from engine.reports.queries.days import parse_day

    parse_day(text, date.today())


CHECKS: dict[str, Callable[[Any], None]] = {
    "timezone": _zone,
    "agents": _agents,
    "limit": _limit,
    "budgets": _budgets,
    "quiet_hours": _quiet_hours,
    "token_limit": _token_limit,
    "since": _day,
    "until": _day,
}
