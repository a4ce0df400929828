"""What the engine is asked, from options by their names: of a command line or of a request.

The names are those of the command line's options, with `_` for `-`; what is not there is as it is
usually. Values are already those that the readers of `engine.domain.typed` return.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.domain.choices import APARTS, Apart
from engine.domain.questions import Question, Selection
from engine.domain.times import BLOCK_LENGTH, HOUR
from engine.domain.typed.days import TypedDay, check_days


def selection_of(said: Mapping[str, Any], today: date, agents: tuple[str, ...]) -> Selection:
    """Return which responses are asked about.

    Raises `SettingsError` where the first day comes after the last.
    """
    first: TypedDay | None = said.get("since")
    last: TypedDay | None = said.get("until")
    week_start = said.get("start_of_week") or 0
    since = None if first is None else first.first(today, week_start)
    until = None if last is None else last.last(today, week_start)
    check_days(since, until)
    return Selection(
        since=since,
        until=until,
        project=said.get("project"),
        model=said.get("model"),
        mode=said.get("mode", "auto"),
        agents=agents,
        machine=said.get("machine"),
        person=said.get("person"),
    )


def apart_of(said: Mapping[str, Any]) -> Apart | None:
    """Return whose parts rows are to have."""
    return next((apart for apart in APARTS if said.get(f"by_{apart}")), None)


def question_of(kind: str, said: Mapping[str, Any], selection: Selection) -> Question:
    """Return what is asked of the responses selected, for the report with a key.

    What is told as JSON has ccusage's keys, and so its projects where rows are apart by them.
    """
    hours = said.get("session_length")
    return Question(
        kind=kind,
        selection=selection,
        last=said.get("last"),
        by_project=said.get("instances", False),
        by_directory=said.get("instances", False) and said.get("json", True),
        sort=said.get("sort"),
        order=said.get("order"),
        top=said.get("top"),
        block_length=BLOCK_LENGTH if hours is None else round(hours * HOUR),
        is_active_only=said.get("active", False),
        is_recent_only=said.get("recent", False),
        token_limit=said.get("token_limit"),
        account=said.get("account") or "",
    )
