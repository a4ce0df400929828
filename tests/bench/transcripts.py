"""Writes one made-up transcript, with the lines of the made-up user and as many as are asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from engine.demo import text
from engine.demo.lines import Voice, envelope, note, uuid
from engine.demo.user import AGENT_MODELS, HAIKU, OPUS, SONNET, choose_model
from engine.domain.times import DAY, HOUR, SECOND

DAYS = 180
"""How far back work goes, whatever its amount."""
_WORKDAY = 12 * HOUR
_MORNING = 8 * HOUR
_BETWEEN_RESPONSES = 35 * SECOND
_QUIET = 10 * HOUR
"""Nothing is newer, so that an active block holds only what a measurement appends."""
_MODELS = {OPUS: 48, SONNET: 46, HAIKU: 6}
_PLACES = ("harbour-api", "paper-lantern", "fjord-ferries", "tidepool", "notes", "潮見表")
_PROJECTS = 24
_KEPT_BACK = 4_000_000


@dataclass(frozen=True)
class Task:
    """One transcript to write; the same task always gives the same bytes."""

    root: str
    seed: int
    number: int
    session: int
    responses: int
    is_agent: bool
    scale: float
    """Length of the text beside a real one's."""
    now: int


def write(task: Task) -> int:
    """Write a transcript and return its bytes."""
    chance = Random(f"{task.seed} transcript {task.number}")
    path, voice, session = _voice(task, chance)
    path.parent.mkdir(parents=True, exist_ok=True)
    times = list(_times(task, chance))
    size = 0
    with path.open("wb") as out:
        waiting: list[bytes] = []
        for line in _lines(task, voice, session, times, chance):
            waiting.append(line)
            size += len(line)
            if size % _KEPT_BACK < len(line):
                out.write(b"".join(waiting))
                waiting.clear()
        out.write(b"".join(waiting))
    os.utime(path, ns=(times[-1] * 1_000_000, times[-1] * 1_000_000))
    return size


def _voice(task: Task, chance: Random) -> tuple[Path, Voice, str]:
    """Return where the transcript is, who speaks in it, and in which session."""
    of_session = Random(f"{task.seed} session {task.session}")
    session = uuid(of_session)
    number = of_session.randrange(_PROJECTS)
    cwd = f"/Users/mika/code/{_PLACES[number % len(_PLACES)]}-{number}"
    place = Path(task.root) / "projects" / cwd.replace("/", "-").replace("潮見表", "---")
    ending = envelope(cwd, session, of_session.choice(("main", "develop", "fix/slow-export")))
    model = choose_model(chance, AGENT_MODELS if task.is_agent else _MODELS)
    agent = f"a{chance.getrandbits(64):016x}" if task.is_agent else ""
    path = place / f"{session}.jsonl"
    if task.is_agent:
        path = place / session / "subagents" / f"agent-{agent}.jsonl"
    return path, Voice(chance, path.name, model, ending, task.scale, agent), session


def _times(task: Task, chance: Random) -> Iterator[int]:
    """Yield when each response begins: at work, which is half of each day."""
    gaps = [chance.expovariate(1 / _BETWEEN_RESPONSES) for _ in range(task.responses)]
    first_day = (task.now - _QUIET) // DAY * DAY - DAYS * DAY
    at = chance.uniform(0, max(0, DAYS * _WORKDAY - sum(gaps)))
    for gap in gaps:
        at += gap
        day, within = divmod(int(at), _WORKDAY)
        yield min(first_day + day * DAY + _MORNING + within, task.now - _QUIET)


def _lines(
    task: Task, voice: Voice, session: str, times: list[int], chance: Random
) -> Iterator[bytes]:
    """Yield turns: what is asked, then responses with the results of their tools."""
    title, words = chance.choice(text.TASKS)
    left = 0
    for begin in times:
        if not left:
            left = chance.randrange(3, 15)
            yield voice.prompt(begin, words).data
            words = chance.choice(text.FOLLOW_UPS)
        left -= 1
        stop = "tool_use" if left else "end_turn"
        for line in voice.response(begin, 900, stop, '"name":"Bash","input":{"command":"make"}'):
            yield line.data
        if left:
            yield voice.tool_result(begin + 950, chance.lognormvariate(7.3, 1.1)).data
    if not task.is_agent:
        fields: dict[str, object] = {"type": "ai-title", "aiTitle": title, "sessionId": session}
        yield note(times[-1], voice.path, fields).data
