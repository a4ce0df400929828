"""Whole screens of the made-up user at a fixed moment, compared with those in `golden/`.

    CCMON_RENEW_GOLDEN=1 pytest tests/tui/test_screens.py

writes them anew; then look at what changed before keeping it.
"""

from __future__ import annotations

import difflib
import os
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from engine.monitor import Monitor
from tests.patience import PATIENCE
from tests.tui.live_pilot import screen_text, until
from tui.live.app import LiveApp
from tui.live.source import LiveOptions

GOLDEN = Path(__file__).parent / "golden"
IS_RENEWED = "CCMON_RENEW_GOLDEN" in os.environ
"""Read on import: the tests' home hides what the user has set."""

HERE = re.compile(r"^(  Transcript  ).*$", re.MULTILINE)
"""The one line of a screen that goes with the machine."""

EVENT = "5 hours: 58% used"
"""What the events pane says once the first reading has told of it."""

_RESTS = 100
"""Looks at an unchanged screen after which it is not going to change."""

TABS = ("daily", "weekly", "monthly", "sessions", "blocks", "models", "projects")


@asynccontextmanager
async def made_up_screen(
    monitor: Monitor, size: tuple[int, int]
) -> AsyncIterator[tuple[LiveApp, Pilot[None]]]:
    """Run the live screen at a size until the history is read and shown."""
    app = LiveApp(monitor, LiveOptions(zone="Europe/Berlin", is_demo=True, has_bell=False))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.is_following)
        yield app, pilot


async def settled(app: LiveApp, pilot: Pilot[None], said: str = "", kept: str = "") -> str:
    """Return the screen's text once it says something and is the one kept, or stays another.

    A busy machine rests in between: what is there twice is not yet what is asked for.
    """
    before, same, end = None, 0, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        await pilot.pause(0.03)
        text = screen_text(app)
        same = same + 1 if said in text and text == before else 0
        if same > (_RESTS if kept and not IS_RENEWED and not is_as_kept(kept, text) else 0):
            return text
        before = text
    pytest.fail(f"the screen never came to rest with {said!r} on it:\n{before}")


def is_as_kept(name: str, text: str) -> bool:
    """Say whether a screen is the one kept under a name."""
    return seen(text) == (GOLDEN / f"{name}.txt").read_text("utf-8")


def seen(text: str) -> str:
    """Return a screen as it is kept."""
    return "\n".join(row.rstrip() for row in HERE.sub(r"\1…", text).split("\n")) + "\n"


def check(name: str, text: str, size: tuple[int, int]) -> None:
    """Compare a screen with the one kept under a name, and see that it keeps to its size."""
    width, height = size
    rows = text.split("\n")
    assert len(rows) == height
    assert {cell_len(row) for row in rows} == {width}
    assert text.replace("\n", "").isprintable()
    kept = GOLDEN / f"{name}.txt"
    if IS_RENEWED:
        GOLDEN.mkdir(exist_ok=True)
        kept.write_text(seen(text), "utf-8")
    if not is_as_kept(name, text):
        lines = (kept.read_text("utf-8").split("\n"), seen(text).split("\n"))
        changes = difflib.unified_diff(*lines, "kept", "seen", n=0)
        pytest.fail("\n".join([f"{name} has changed:", *changes]), pytrace=False)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}")
async def test_the_live_tab_is_as_kept(
    size: tuple[int, int], made_up_monitor: Callable[..., Monitor]
) -> None:
    async with made_up_screen(made_up_monitor(), size) as (app, pilot):
        name = f"live-{size[0]}x{size[1]}"
        text = await settled(app, pilot, EVENT if size[0] > 80 else "left", name)
        assert text.startswith(" ccmon live · demo, made-up figures")
        assert text.split("\n")[-1].startswith(" q quit  ? help")
        check(name, text, size)


async def test_every_report_a_day_and_a_session_are_as_kept(
    made_up_monitor: Callable[..., Monitor],
) -> None:
    size = (80, 24)
    async with made_up_screen(made_up_monitor(), size) as (app, pilot):
        for number, name in enumerate(TABS, 2):
            await pilot.press(str(number))
            text = await settled(app, pilot, "  All ", name)
            assert text.startswith(" ccmon live · demo")
            assert text.split("\n")[-1].startswith(" q quit  ? help")
            check(name, text, size)
        await pilot.press("2", "enter")
        check("day", await settled(app, pilot, "Cost by hour", "day"), size)
        await pilot.press("escape", "5", "enter")
        check("session", await settled(app, pilot, "Transcript", "session"), size)
        await pilot.press("escape", "question_mark")
        check("help", await settled(app, pilot, "Esc closes", "help"), size)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}")
async def test_the_graph_is_as_kept(
    size: tuple[int, int], made_up_monitor: Callable[..., Monitor]
) -> None:
    async with made_up_screen(made_up_monitor(), size) as (app, pilot):
        await pilot.press("9")
        await settled(app, pilot, "◆ Fri 20 Nov 2026")
        await pilot.press("left")
        name = f"graph-{size[0]}x{size[1]}"
        text = await settled(app, pilot, "◆ Fri 13 Nov 2026", name)
        assert "Jan Feb" in re.sub(" +", " ", text)
        check(name, text, size)


@pytest.mark.parametrize("size", [(60, 16), (40, 10), (20, 5)], ids=lambda size: f"{size[0]}")
async def test_small_panes_keep_to_their_size_whatever_is_pressed(
    size: tuple[int, int], made_up_monitor: Callable[..., Monitor]
) -> None:
    async with made_up_screen(made_up_monitor(), size) as (app, pilot):
        for keys in (
            ["1"],
            ["2"],
            ["5", "enter"],
            ["escape", "question_mark"],
            ["escape", "8"],
            ["9"],
        ):
            await pilot.press(*keys)
            await pilot.pause(0.02)
            rows = screen_text(app).split("\n")
            assert len(rows) == size[1]
            assert {cell_len(row) for row in rows} == {size[0]}
            assert any(row.strip() for row in rows)


async def test_a_storm_of_sizes_ends_in_the_same_screen(
    made_up_monitor: Callable[..., Monitor],
) -> None:
    async with made_up_screen(made_up_monitor(), (120, 40)) as (app, pilot):
        before = await settled(app, pilot, EVENT)
        for turn in range(7):
            await pilot.resize_terminal(20 + turn * 37 % 190, 4 + turn * 23 % 60)
            await pilot.press(str(1 + turn % 9))
        await pilot.press("1")
        await pilot.resize_terminal(120, 40)
        assert await settled(app, pilot, EVENT) == before
