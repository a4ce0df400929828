"""Asks one question of the transcripts below a root, as a report command does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.domain.questions import Answer, Question, Selection
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.made_lines import Clock, answer, moment, write

MakeSettings = Callable[..., Settings]
Ask = Callable[..., Answer]

_OF_SELECTION = ("since", "until", "project", "model", "mode")


def asker(root: Path, settings: MakeSettings) -> Ask:
    """Return what reads a root and asks: `ask("daily", project="app", last=3, zone="UTC")`."""

    def ask(
        kind: str,
        now: str = "2026-11-22T13:00",
        zone: str = "UTC",
        week_start: int = 0,
        **more: object,
    ) -> Answer:
        chosen = {name: more.pop(name) for name in _OF_SELECTION if name in more}
        selection = Selection(**chosen)  # type: ignore[arg-type]
        question = Question(kind=kind, selection=selection, **more)  # type: ignore[arg-type]
        given = settings(roots=(root,), clock=Clock(moment(now)), zone=zone, week_start=week_start)
        with Monitor(given) as monitor:
            monitor.catch_up()
            return monitor.answers.answer(question)

    return ask


def write_at(root: Path, *times: str, name: str = "-code-app/s1.jsonl", **more: object) -> None:
    """Write a response at each time to a transcript, which names the session."""
    session = name.rpartition("/")[2].removesuffix(".jsonl")
    made = [
        answer(f"{name}{time}", moment(time), session=session, **more)  # type: ignore[arg-type]
        for time in times
    ]
    write(root, *made, name=name)
