"""Stores of all agents that come, grow, fork and are read in any order give what they hold."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from engine.domain.questions import Question, Selection
from engine.domain.reports import Figures
from engine.domain.settings import Settings
from engine.domain.times import iso_time
from engine.monitor import Monitor
from tests.agents import made_gemini, made_qwen
from tests.agents.made_codex import START, Thread, zstandard
from tests.agents.writers import TABLES, add_session, assistant, counted, create, put_message
from tests.conftest import NOW
from tests.made_lines import MINUTE, answer, write
from tests.report_keys import REPORT_KEYS, TAB_KEYS

KINDS: tuple[str, ...] = REPORT_KEYS


class Home:
    """A home in which agents work; what each has used by now is known by construction."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.used: Counter[str] = Counter()
        self._number = 0
        self._threads: list[Thread] = []
        self._messages: list[tuple[str, dict[str, Any]]] = []

    def _next(self) -> int:
        self._number += 1
        return self._number

    def claude(self, chance: Random) -> None:
        """Write a response, and copy it into another session now and then."""
        number, tokens = self._next(), chance.randrange(1, 5_000)
        line = answer(f"m{number}", START + number * MINUTE, tokens)
        for session in ("s1", "s2")[: chance.choice((1, 1, 2))]:
            write(self.place / ".claude", line, name=f"-code-app/{session}.jsonl")
        self.used["claude"] += tokens

    def codex(self, chance: Random) -> None:
        """Begin, go on with, fork or pack a thread."""
        number, tokens = self._next(), chance.randrange(1, 5_000)
        at = START + number * 60 * MINUTE
        what = (
            chance.choice(("begin", "go on", "go on", "fork", "pack")) if self._threads else "begin"
        )
        thread = chance.choice(self._threads) if self._threads else Thread(number, at)
        if what == "pack":
            path = thread.write(self.place / ".codex")
            path.with_name(f"{path.name}.zst").write_bytes(zstandard(path.read_bytes()))
            path.unlink()
            self._threads.remove(thread)
            return
        if what != "go on":
            parent, thread = thread, Thread(number, at)
            if what == "fork":
                thread = Thread(number, at, forked_from_id=parent.id)
                parent.copy_into(thread)
                thread.at += 5_000
            self._threads.append(thread)
        thread.turn()
        thread.respond(tokens, tokens // 2, 0, 7, 3)
        thread.write(self.place / ".codex")
        self.used["codex"] += tokens + 7

    def gemini(self, chance: Random) -> None:
        """Write a message into a chat, or into one with its twin of the older form."""
        number, tokens = self._next(), chance.randrange(1, 5_000)
        used = {"input": tokens, "output": 9, "thoughts": 4, "cached": tokens // 3}
        message = made_gemini.message(f"g{number}", **used, total=tokens + 13)
        message["timestamp"] = iso_time(START + number * MINUTE)
        head = made_gemini.head(f"g{number}")
        chat = f"tmp/app/chats/session-{number}"
        root = self.place / ".gemini"
        made_gemini.write(root, f"{chat}.jsonl", head, message)
        if chance.random() < 0.5:
            made_gemini.write(root, f"{chat}.json", {**head, "messages": [message]})
        self.used["gemini"] += tokens + 13

    def qwen(self, chance: Random) -> None:
        """Append a line to the chat."""
        number, tokens = self._next(), chance.randrange(1, 5_000)
        usage = made_qwen.usage(tokens, 20, 5, tokens // 4, tokens + 20)
        at = {"timestamp": iso_time(START + number * MINUTE), "sessionId": "q1"}
        path = self.place / ".qwen" / made_qwen.CHAT
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as out:
            out.write(json.dumps(made_qwen.line(f"q{number}", usage, **at)) + "\n")
        self.used["qwen"] += tokens + 20

    def opencode(self, chance: Random) -> None:
        """Begin a message, let one grow, or fork."""
        number, tokens = self._next(), chance.randrange(1, 5_000)
        path = self.place / ".local" / "share" / "opencode" / "opencode.db"
        what = chance.choice(("begin", "begin", "grow", "fork")) if self._messages else "begin"
        with closing(create(path, () if path.is_file() else TABLES)) as connection:
            if not self._messages:
                add_session(connection, "s", created=START)
            if what == "begin":
                data = assistant(START + number * MINUTE, tokens=counted(tokens, 1))
                self._messages.append((f"m{number}", data))
                put_message(connection, f"m{number}", "s", data, NOW)
                self.used["opencode"] += tokens + 1
            elif what == "grow":
                name, data = self._messages[-1]
                data["tokens"]["output"] += tokens
                data["tokens"]["total"] += tokens
                put_message(connection, name, "s", data, NOW)
                self.used["opencode"] += tokens
            else:
                add_session(connection, f"f{number}", created=NOW)
                for name, data in self._messages[:-1]:
                    put_message(connection, f"{name}f{number}", f"f{number}", data, NOW)


STEPS: dict[str, Callable[[Home, Random], None]] = {
    "claude": Home.claude,
    "codex": Home.codex,
    "gemini": Home.gemini,
    "qwen": Home.qwen,
    "opencode": Home.opencode,
}


def _courses(busiest: str) -> st.SearchStrategy[list[str]]:
    """Return courses in which one agent works most, and is read in between."""
    usual = [*STEPS, *[busiest] * 4, *["read"] * 4, "begin anew"]
    return st.lists(st.sampled_from(usual), min_size=8, max_size=25)


@given(
    steps=st.sampled_from(list(STEPS)).flatmap(_courses),
    chance=st.randoms(use_true_random=False),
)
@bounds(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_course_of_work_and_reading_gives_what_was_used(
    steps: list[str], chance: Random
) -> None:
    with tempfile.TemporaryDirectory() as place:
        home = Home(Path(place, "home"))
        home.place.mkdir()
        kept = _settings(home.place, str(Path(place, "ledger.db")))
        monitor = Monitor(kept)
        try:
            for step in steps:
                if step in STEPS:
                    STEPS[step](home, chance)
                elif step == "read":
                    monitor.read()
                else:
                    monitor.close()
                    monitor = Monitor(kept)
                    if chance.random() < 0.5:
                        monitor.catch_up()
            monitor.read()
            found = _all_figures(monitor, tuple(STEPS))
        finally:
            monitor.close()
        with Monitor(_settings(home.place, ":memory:")) as at_once:
            at_once.read()
            assert {"": found[""]} == _all_figures(at_once, ())
        _assert_sums(found, home.used)


def _settings(home: Path, ledger: str) -> Settings:
    return Settings(
        home=home,
        environment={"HOME": str(home)},
        ledger=ledger,
        zone="UTC",
        is_offline=True,
        is_polling=True,
        clock=lambda: NOW,
    )


Figured = tuple[int, ...]


def _all_figures(
    monitor: Monitor, agents: tuple[str, ...]
) -> dict[str, dict[str, dict[str, Figured]]]:
    """Return the rows of every grouping, of all agents (named `""`) and of each alone."""
    found: dict[str, dict[str, dict[str, Figured]]] = {}
    for agent in ("", *agents):
        only = (agent,) if agent else ()
        of_agent = found[agent] = {}
        for asked in KINDS:
            answer = monitor.answers.answer(Question(kind=asked, selection=Selection(agents=only)))
            of_agent[f"answer {asked}"] = {"totals": _figured(answer.totals.figures)}
        monitor.show_agents(only)
        for kind in TAB_KEYS:
            report = monitor.report(kind)
            rows = {row.key: _figured(row.figures) for row in report.rows if not row.is_gap}
            of_agent[kind] = {**rows, "totals": _figured(report.totals.figures)}
    return found


def _figured(figures: Figures) -> Figured:
    tokens = figures.tokens
    kinds = (tokens.input, tokens.output, tokens.cache_read, tokens.cache_write)
    return (figures.responses, *kinds, figures.cost, figures.reasoning)


def _assert_sums(found: dict[str, dict[str, dict[str, Figured]]], used: Counter[str]) -> None:
    """Fail unless every grouping agrees, and all agents are the sum of each."""
    for agent, groupings in found.items():
        (totals,) = {rows["totals"] for rows in groupings.values()}
        expected = used[agent] if agent else sum(used.values())
        assert sum(totals[1:5]) == expected, agent
        for kind, rows in groupings.items():
            if len(rows) > 1:
                alone = [figured for key, figured in rows.items() if key != "totals"]
                assert tuple(map(sum, zip(*alone, strict=True))) == totals, (agent, kind)
    of_all = found[""]["daily"]["totals"]
    each = [found[agent]["daily"]["totals"] for agent in STEPS]
    assert tuple(map(sum, zip(*each, strict=True))) == of_all
