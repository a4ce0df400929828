"""Every one-shot report is that of a slow, plain reading, to the token and the pico-dollar."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from engine.domain.choices import MODES, SORT_COLUMNS
from engine.domain.questions import Question, Selection
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.answer_agreement import assert_answer_agrees
from tests.conftest import NOW
from tests.generated import FILES, START, transcripts
from tests.parity.made import write_made
from tests.slow_answers import answer
from tests.slow_prices import Prices
from tests.slow_reading import SlowResponse, read
from tests.slow_rows import HOUR, Setting

MakeSettings = Callable[..., Settings]

KINDS: tuple[str, ...] = (
    "hourly",
    "daily",
    "weekly",
    "monthly",
    "session",
    "blocks",
    "projects",
    "models",
)
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati")
LENGTHS = tuple(round(hours * HOUR) for hours in (5, 5, 3, 2.5, 1.1, 1, 24))
_SETS = ("MoonshotAI_kimi-cli", "moredip_session-share", "marot_spotter")
"""Small sets of the archive with progress, sub-agents, resumed sessions and several projects."""


def questions(chance: Random, found: Sequence[SlowResponse], count: int) -> Iterator[Question]:
    """Yield questions of every kind that suit what was found, always the same ones."""
    days = [date.fromtimestamp(each.time / 1000) for each in found] or [date(2026, 11, 1)]
    projects = [each.project for each in found] or [""]
    models = [each.model for each in found] or [""]
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        more: dict[str, Any] = {"block_length": chance.choice(LENGTHS)}
        selection: dict[str, Any] = {"mode": chance.choice(MODES)}
        if chance.random() < 0.3:
            selection["since"] = chance.choice(days) + timedelta(days=chance.randint(-1, 1))
        if chance.random() < 0.3:
            day = chance.choice(days) + timedelta(days=chance.randint(-1, 1))
            selection["until"] = max(day, selection.get("since", day))
        if chance.random() < 0.2:
            selection["project"] = chance.choice(projects) or None
        if chance.random() < 0.2:
            selection["model"] = chance.choice(models)[: chance.choice((99, 15))] or None
        if chance.random() < 0.5:
            more["order"] = chance.choice(("asc", "desc"))
        if chance.random() < 0.4:
            more["sort"] = chance.choice(SORT_COLUMNS)
        if chance.random() < 0.2:
            more["top"] = chance.randint(1, 5)
        elif chance.random() < 0.2:
            more["last"] = chance.randint(1, 40)
        if kind in ("hourly", "daily", "weekly", "monthly"):
            more["by_project"] = chance.random() < 0.3
            more["by_directory"] = chance.random() < 0.5
        if kind == "blocks":
            more["is_active_only"] = chance.random() < 0.1
            more["is_recent_only"] = chance.random() < 0.2
            more["token_limit"] = chance.choice((None, "max", 500_000))
        yield Question(kind=kind, selection=Selection(**selection), **more)


def assert_all_agree(
    given: Settings, setting: Setting, found: Sequence[SlowResponse], asked: Sequence[Question]
) -> None:
    """Fail unless the monitor's answers are the slow ones, from a ledger just caught up."""
    with Monitor(given) as monitor:
        monitor.catch_up()
        for question in asked:
            try:
                assert_answer_agrees(
                    monitor.answers.answer(question), answer(question, found, setting)
                )
            except AssertionError as error:
                raise AssertionError(f"{question} in {setting}: {error}") from error


@contextmanager
def written(files: dict[int, bytes]) -> Iterator[tuple[Path, ...]]:
    """Write made-up transcripts below two roots."""
    with TemporaryDirectory() as place:
        roots = (Path(place) / "one", Path(place) / "two")
        for root in roots:
            (root / "projects").mkdir(parents=True)
        for number, content in files.items():
            place_of_root, name = FILES[number]
            path = roots[place_of_root] / "projects" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield roots


@pytest.fixture(scope="session")
def prices(shared: Path) -> Prices:
    return Prices.from_file(shared / "data" / "prices" / "claude_prices.json")


def assert_root_agrees(
    root: Path, prices: Prices, make: MakeSettings, zone: str, count: int
) -> None:
    """Fail unless a root's reports are the slow ones, at some moment of its history."""
    found = read(root, prices)
    chance = Random(f"{root.name} {zone}")
    times = [each.time for each in found] or [NOW]
    now = chance.choice(times) + chance.randint(0, 6 * HOUR)
    setting = Setting(zone, now, week_start=chance.randint(0, 6))
    given = make(roots=(root,), zone=zone, clock=lambda: now, week_start=setting.week_start)
    assert_all_agree(given, setting, found, list(questions(chance, found, count)))


@pytest.mark.parametrize("zone", ZONES)
@examples(
    max_examples=8,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(files=transcripts(), seed=st.integers(0, 2**32), hours=st.integers(0, 61))
def test_whatever_was_written_is_answered_as_a_slow_reading_has_it(
    zone: str, settings: MakeSettings, files: dict[int, bytes], seed: int, hours: int
) -> None:
    chance = Random(seed)
    setting = Setting(zone, START + hours * HOUR, week_start=chance.randint(0, 6))
    with written(files) as roots:
        found = read(roots)
        given = settings(
            roots=roots, zone=zone, clock=lambda: setting.now, week_start=setting.week_start
        )
        assert_all_agree(given, setting, found, list(questions(chance, found, 16)))


@pytest.mark.parametrize("seed", range(8))
def test_days_on_which_the_clock_changes_are_answered_so_too(
    seed: int, tmp_path: Path, prices: Prices, settings: MakeSettings
) -> None:
    root = tmp_path / f"made-{seed}"
    write_made(root, seed)
    for zone in ZONES:
        assert_root_agrees(root, prices, settings, zone, 16)


def test_every_case_is_answered_so_too(
    shared: Path, tmp_path: Path, prices: Prices, settings: MakeSettings
) -> None:
    for number, case in enumerate(json.loads((shared / "cases/claude.json").read_bytes())["cases"]):
        for name, text in case["files"].items():
            path = tmp_path / case["name"] / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("latin-1"))
        root = tmp_path / case["name"]
        assert_root_agrees(root, prices, settings, ZONES[number % len(ZONES)], 8)


def test_real_transcripts_are_answered_so_too(
    archive: Path, prices: Prices, settings: MakeSettings
) -> None:
    for name, zone in zip(_SETS, ZONES, strict=False):
        assert_root_agrees(archive / name, prices, settings, zone, 16)
