"""The live screen with several coding agents: columns, the key that narrows, whose window it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.demo import DemoUser, write_history
from engine.demo.others import AGENTS, places_of_others, write_others
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.tui.fake_source import FakeSource
from tests.tui.live_samples import snapshot
from tui.live.app import LiveApp
from tui.live.frame.header import Header, HeaderView
from tui.live.panes.block import BlockPane, block_view
from tui.live.panes.sessions import SessionsPane, sessions_view
from tui.live.report.columns import columns_of
from tui.live.watch_screen import WatchScreen
from tui.live.words import brief_label
from tui.words.lines import Line
from tui.words.plain import snapshot_lines

SIZE = (120, 40)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a made-up user's transcripts, with stores of Codex and Gemini CLI beside them."""
    directory = tmp_path_factory.mktemp("agents")
    user = DemoUser(7, NOW, responses=60, days=3, sessions=3)
    write_history(directory / "claude", user)
    write_others(directory, user)
    return directory


@pytest.fixture
def monitor(place: Path, settings: Callable[..., Settings], home: Path) -> Monitor:
    environment = {"HOME": str(home), **places_of_others(place)}
    made = Monitor(settings(roots=(place / "claude",), agents=AGENTS, environment=environment))
    made.read()
    return made


def text_of(line: Line) -> str:
    return "".join(piece.text for piece in line)


def shared() -> FakeSource:
    """Return a source whose newest session is Codex's."""
    first = snapshot()
    codex = replace(first.sessions[0], agent="codex", session="c" * 12)
    return FakeSource(
        replace(first, sessions=(codex, *first.sessions[1:]), agents=("claude", "codex"))
    )


def test_a_snapshot_of_one_agent_has_its_sessions_block_and_windows_alone(
    monitor: Monitor,
) -> None:
    with monitor:
        whole = monitor.snapshot()
        assert whole.agents == AGENTS
        assert {each.agent for each in whole.sessions} == set(AGENTS)
        names = [each.window for each in whole.windows]
        assert names[0] == "five_hour"
        assert names[-2:] == ["five_hour:codex", "seven_day:codex"]
        briefs = {each.window: brief_label(each) for each in whole.windows}
        assert briefs["seven_day:codex"] == "Week Codex"
        monitor.show_agents(("codex",))
        codex = monitor.snapshot()
        assert {each.agent for each in codex.sessions} == {"codex"}
        assert [each.window for each in codex.windows] == ["five_hour:codex", "seven_day:codex"]
        assert block_view(codex, "cost").whose == "Codex"
        monitor.show_agents(("gemini",))
        assert monitor.snapshot().windows == (), "nobody resets any window of it"
        monitor.show_agents(())
        assert monitor.snapshot().sessions == whole.sessions
        lines = snapshot_lines(whole)
        assert any(line.endswith("  Codex") for line in lines)


def test_the_sessions_list_says_whose_each_is_only_where_they_differ() -> None:
    several = sessions_view(shared().snapshot(), "cost", 0, False)
    one = sessions_view(snapshot(), "cost", 0, False)
    assert (several.has_agents, one.has_agents) == (True, False)
    for width in (46, 76, 116, 196):
        for view in (several, one):
            pane = SessionsPane()
            pane.set_reactive(SessionsPane.view, view)
            lines = [text_of(line) for line in pane.draw(width, 12)]
            assert ("agent" in lines[0]) is view.has_agents
            assert any("odex" in line for line in lines[1:]) is view.has_agents


def test_reports_have_a_column_of_agents_where_there_are_several() -> None:
    for kind in ("daily", "monthly", "sessions", "models", "blocks", "projects"):
        plain, shown = columns_of(kind, "cost"), columns_of(kind, "cost", has_agents=True)
        fields = [each.field for each in shown]
        assert fields.count("agent") == 1
        fields.remove("agent")
        assert fields == [each.field for each in plain]


async def test_the_key_goes_through_the_agents_and_back_to_all() -> None:
    source = shared()
    app = LiveApp(source)
    async with app.run_test(size=SIZE) as pilot:
        header = app.query_one(Header)
        for agent, said in (("claude", "Claude Code"), ("codex", "Codex"), ("", "")):
            await pilot.press("A")
            assert source.narrowed[-1] == ((agent,) if agent else ())
            view = header.view
            assert isinstance(view, HeaderView)
            assert view.agent == said
            shown = text_of(header.line(120))
            assert (f"{said} alone" in shown) is bool(said)
            source.put(replace(source.held, agents=(agent,) if agent else ("claude", "codex")))
            await pilot.pause()
        names = [command.name for command in app.commands()]
        assert "Show Codex alone" in names
        assert "Show all coding agents" in names


async def test_of_one_agent_there_is_nothing_to_narrow() -> None:
    source = FakeSource()
    app = LiveApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("A")
        assert source.narrowed == []
        screen = app.screen
        assert isinstance(screen, WatchScreen)
        assert screen.agents == ()
        titles = [command.name for command in app.commands()]
        assert "Show Claude Code alone" not in titles
        border = app.query_one(BlockPane).border_title
        assert border is not None
        assert str(border).startswith("Window ")
