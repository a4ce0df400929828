"""The graph's tab: the cursor, years, what follows new data, and that little is repainted."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from textual.geometry import Region
from textual.pilot import Pilot

from engine.domain.calendars import Calendar
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agents.made_codex import Thread
from tests.made_answers import calendar, row, row_of_agents
from tests.made_lines import Clock, answer, moment, write
from tests.patience import PATIENCE
from tests.tui.fake_source import FakeSource
from tests.tui.live_pilot import live, screen_text, until
from tui.live.app import LiveApp
from tui.live.frame.tab_bar import TABS, TabBar
from tui.live.graph.graph_lines import GraphView, drawn
from tui.live.graph.graph_pane import GraphPane
from tui.live.keys import KEYS
from tui.words.lines import cells


async def shown(app: LiveApp, pilot: Pilot[None], said: str) -> str:
    """Return the screen once it says something."""
    end = time.monotonic() + PATIENCE
    while said not in (text := screen_text(app)):
        if time.monotonic() > end:
            pytest.fail(f"{said!r} never came:\n{text}")
        await pilot.pause(0.01)
    return text


def cursor_of(app: LiveApp) -> str:
    view = app.screen.query_one(GraphPane).view
    assert isinstance(view, GraphView)
    return view.cursor.isoformat()


async def test_the_cursor_moves_by_days_and_weeks_and_stays_within() -> None:
    async with live() as (app, pilot):
        await pilot.press("9")
        await shown(app, pilot, "◆ Sun 22 Nov 2026")
        for keys, day in (
            ("up", "2026-11-21"),
            ("left", "2026-11-14"),
            ("k", "2026-11-13"),
            ("down", "2026-11-14"),
            ("l", "2026-11-21"),
            ("right", "2026-11-22"),
            ("down", "2026-11-22"),
            ("home", "2025-11-17"),
            ("left", "2025-11-17"),
            ("G", "2026-11-22"),
        ):
            await pilot.press(keys)
            assert cursor_of(app) == day
            assert screen_text(app).count("◆") == 2


async def test_enter_opens_the_day_and_says_where_there_is_nothing() -> None:
    async with live(size=(120, 40)) as (app, pilot):
        await pilot.press("9")
        await shown(app, pilot, "◆ Sun 22 Nov 2026")
        await pilot.press("home", "enter")
        await shown(app, pilot, "Nothing was used on this day.")
        assert "cache read" not in screen_text(app)
        assert len(app.screen_stack) == 1
        await pilot.press("end", "enter")
        await shown(app, pilot, "Day · ")
        await pilot.press("escape")
        assert cursor_of(app) == "2026-11-22"


async def test_c_counts_by_tokens_without_another_calendar() -> None:
    source = FakeSource()
    async with live(source) as (app, pilot):
        await pilot.press("9")
        assert "from $" in await shown(app, pilot, "by cost")
        await pilot.press("c")
        text = await shown(app, pilot, "by tokens")
        assert "from $" not in text
        assert source.calendars == [None]


async def test_years_are_turned_at_once_and_the_cursor_stays_on_its_date(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.live.inquiry._REST_SECONDS", 600)
    source = FakeSource()
    source.days = [row_of_agents(day) for day in ("2024-02-29", "2025-06-01", "2026-11-22")]
    async with live(source) as (app, pilot):
        await pilot.press("9")
        await shown(app, pilot, "The last 53 weeks")
        for key, title in (
            ("pageup", "2026 ·"),
            ("pageup", "2025 ·"),
            ("<", "2024 ·"),
            ("pageup", "2024 ·"),
        ):
            await pilot.press(key)
            await shown(app, pilot, f"\n {title}")
        assert cursor_of(app) == "2024-11-22"
        await pilot.press("home", *["right"] * 8, *["down"] * 3)
        assert cursor_of(app) == "2024-02-29"
        for title in ("2025 ·", "2026 ·", "The last 53 weeks"):
            await pilot.press("pagedown")
            await shown(app, pilot, f"\n {title}")
            if title.startswith("2"):
                assert cursor_of(app) == f"{title[:4]}-02-28"
        assert cursor_of(app) == "2026-11-22"
        assert source.calendars == [None, 2026, 2025, 2024, 2025, 2026, None]


async def test_a_click_goes_to_a_day_and_another_opens_it() -> None:
    async with live(size=(120, 40)) as (app, pilot):
        await pilot.press("9")
        await shown(app, pilot, "◆ Sun 22 Nov 2026")
        pane = app.screen.query_one(GraphPane)
        rows = screen_text(app).split("\n")
        y = next(place for place, line in enumerate(rows) if "◆◆" in line)
        x = rows[y].index("◆◆")
        await pilot.click(offset=(x - 2, y - 1))
        assert cursor_of(app) == "2026-11-14"
        assert pane.has_focus
        await pilot.click(offset=(x - 1, y - 1))
        await shown(app, pilot, "Day · ")


async def test_new_data_changes_only_the_cells_of_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    source = FakeSource()
    async with live(source, size=(120, 40)) as (app, pilot):
        await pilot.press("9")
        await shown(app, pilot, "◆ Sun 22 Nov 2026")
        await pilot.press("home")
        await pilot.pause(0.7)
        pane = app.screen.query_one(GraphPane)
        painted: list[Region] = []
        refresh = pane.refresh

        def noting(*regions: Region, **more: bool) -> object:
            painted.extend(regions or [pane.size.region])
            return refresh(*regions, **more)

        monkeypatch.setattr(pane, "refresh", noting)
        source.put(replace(source.held, revision=source.held.revision + 1))
        await until(pilot, lambda: len(source.calendars) == 2)
        await pilot.pause(0.05)
        assert painted == []
        await pilot.press("right")
        assert 0 < sum(region.area for region in painted) < 3 * pane.size.width
        assert {region.height for region in painted} == {1}


async def test_nothing_to_read_is_said_in_the_tab() -> None:
    source = FakeSource()
    source.days = []
    async with live(source) as (app, pilot):
        await pilot.press("9")
        await shown(app, pilot, "No response is known yet")
        await pilot.press("left", "pageup", "enter", "c", "s", "w", "slash", "e")
        await shown(app, pilot, "No response is known yet")


async def test_a_calendar_that_cannot_be_made_is_one_sentence() -> None:
    class Broken(FakeSource):
        def shown_calendar(self, year: int | None) -> Calendar:
            raise OSError("the disk is gone")

    async with live(Broken()) as (app, pilot):
        await pilot.press("9")
        await shown(app, pilot, "This calendar could not be made: the disk is gone.")


def settings_at(home: Path, settings: Callable[..., Settings], tmp_path: Path) -> Settings:
    write(home / ".claude", answer("a", moment("2026-11-01T10:00")))
    thread = Thread()
    thread.turn()
    thread.respond(100, 20, 0, 30, 5)
    thread.write(home / ".codex")
    clock = Clock(moment("2026-11-22T13:00"))
    return settings(ledger=str(tmp_path / "ledger.db"), clock=clock)


async def test_the_tab_follows_what_is_written_and_the_agents_shown(
    home: Path, tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    monitor = Monitor(settings_at(home, settings, tmp_path))
    async with live(monitor, zone="UTC") as (app, pilot):  # type: ignore[arg-type]
        await pilot.press("9")
        text = await shown(app, pilot, "2 of 371 days active")
        assert "Codex" in text
        monitor.show_agents(("codex",))
        text = await shown(app, pilot, "1 of 371 days active")
        assert "Claude Code" not in text
        monitor.show_agents(())
        await shown(app, pilot, "2 of 371 days active")
        write(home / ".claude", answer("b", moment("2026-11-22T12:59"), 7_000))
        monitor.refresh()
        text = re.sub(" +", " ", await shown(app, pilot, "3 of 371 days active"))
        assert "◆ Sun 22 Nov 2026 $0.03 · 7.00k tokens · 1 response · 1 session" in text


@pytest.mark.parametrize("year", [None, 2026, 2027, 2028])
def test_a_drawing_keeps_its_width_and_its_days(year: int | None) -> None:
    days = [row_of_agents("2026-03-01"), row("2026-11-21")]
    held = calendar(*days, year=year)
    for width in (20, 48, 60, 80, 119, 120, 200):
        for height in (3, 10, 13, 21, 37, 57):
            made = drawn(GraphView(held, "tokens", held.since), width, height)
            rows = made.lines[made.top : made.top + 7]
            assert {cells(line) for line in rows} == {made.grid.width + 1}
            assert made.grid.width < width
            assert len(made.lines) <= max(height, 11)
            for y in range(7):
                text = "".join(piece.text for piece in rows[y])
                assert (
                    text[5] == " " if made.day_at(5, made.top + y) is None else text[5] in "·░▒▓█◆"
                )


def test_every_tab_has_its_key_and_stands_in_80_columns() -> None:
    bar = TabBar()
    for number, (name, _) in enumerate(TABS, 1):
        bar.set_reactive(TabBar.view, number)
        (key,) = [key for key in KEYS if key.id == f"tab-{number}"]
        assert (key.keys, key.label) == (str(number), name)
        for width in (20, 60, 80, 90, 120):
            text = "".join(piece.text for piece in bar.line(width))
            assert cell_len(text) <= width or width == 20
            assert f"{number} {name[:2]}" in text
            assert ("9 Graph" in text) == (width >= 80 or number == 9)
