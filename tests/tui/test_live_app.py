"""The live screen driven by keys, clicks and snapshots from a fake monitor."""

from __future__ import annotations

import re
import threading

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from engine.domain.limit_windows import Event
from engine.domain.notices import Notice
from engine.domain.typed.clocks import parse_quiet_hours
from engine.notify.channels import Channels
from tests.patience import PATIENCE
from tests.tui.fake_source import FakeSource
from tests.tui.live_pilot import live, screen_text
from tests.tui.live_samples import (
    BLOCK_START,
    HOUR,
    MINUTE,
    NOW,
    ZONE,
    empty,
    events,
    hit,
    hit_now,
    quiet,
    reading,
    session,
    snapshot,
)
from tui.live.app import LiveApp
from tui.live.frame.tab_bar import TABS
from tui.live.keys import KEYS, key_rows
from tui.live.report.table import ReportTable
from tui.live.source import Source
from tui.live.watch_screen import WatchScreen


def footer(app: LiveApp) -> str:
    return screen_text(app).splitlines()[-1]


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_quit_keys_quit_and_close_the_monitor(key: str):
    source = FakeSource()
    async with live(source) as (app, pilot):
        await pilot.press(key)
        assert app._exit
    assert source.is_closed


async def test_escape_never_quits():
    async with live() as (app, pilot):
        await pilot.press("escape", "backspace", "escape")
        assert not app._exit


async def test_number_keys_and_tab_turn_the_tabs():
    async with live() as (app, pilot):
        for number, (_, kind) in enumerate(TABS, 1):
            await pilot.press(str(number))
            shown = [pane.id for pane in app.screen.query(".report") if pane.display]
            assert shown == ([f"report-{kind}"] if kind else [])
        await pilot.press("tab")
        assert not app.screen.has_class("-table")
        await pilot.press("shift+tab")
        assert app.screen.query_one("#report-graph").display
        await pilot.press("]", "]")
        assert app.screen.query_one("#report-daily").display
        await pilot.press("[")
        assert not app.screen.has_class("-table")


async def test_tables_are_made_only_when_looked_at():
    source = FakeSource()
    async with live(source) as (app, pilot):
        assert not app.screen.query(".report")
        assert source.reports == []
        await pilot.press("3")
        await pilot.pause(0.05)
        assert [pane.id for pane in app.screen.query(".report")] == ["report-weekly"]
        assert source.reports == [("weekly", "all")]


async def test_a_click_on_a_tab_shows_it():
    async with live() as (app, pilot):
        row = screen_text(app).splitlines()[1]
        await pilot.click("#tabs", offset=(row.index("Month"), 0))
        assert app.screen.query_one("#report-monthly").display


async def test_the_footer_shows_the_keys_of_the_tab():
    async with live(size=(120, 40)) as (app, pilot):
        assert "/ filter" not in footer(app)
        assert "plots" not in footer(app)
        await pilot.press("c")
        assert "plots by tokens" in footer(app)
        await pilot.press("2", "w")
        await pilot.pause()
        assert "/ filter" in footer(app)
        assert "last 5h · by tokens" in footer(app)


async def test_pause_freezes_the_screen_and_counting_goes_on():
    source = FakeSource()
    async with live(source) as (app, pilot):
        await pilot.press("p")
        assert "PAUSED" in screen_text(app)
        held = snapshot()
        source.put(replace(held, revision=2, today=replace(held.today, cost=5 * 10**12)))
        await pilot.pause()
        assert "Today $62.22" in screen_text(app)
        await pilot.press("space")
        text = screen_text(app)
        assert "PAUSED" not in text
        assert "Today $5.00" in text


async def test_a_change_told_by_the_monitors_thread_is_drawn():
    source = FakeSource()
    async with live(source) as (app, pilot):
        held = snapshot()
        changed = replace(held, revision=2, today=replace(held.today, cost=7 * 10**12))
        teller = threading.Thread(target=source.put, args=(changed,))
        teller.start()
        teller.join()
        await pilot.pause()
        assert "Today $7.00" in screen_text(app)


async def test_an_older_snapshot_never_takes_the_place_of_a_newer_one():
    source = FakeSource(replace(snapshot(), revision=9))
    async with live(source) as (app, pilot):
        app._take(source.held)
        source.put(replace(quiet(), revision=8))
        await pilot.pause()
        assert "No window is open" not in screen_text(app)


def written(app: LiveApp, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Keep what the app sends its terminal beside the picture, but the title."""
    kept: list[bytes] = []

    def keep(data: bytes) -> None:
        rest = re.sub(rb"(\x1b\[2[23];2t)?(\x1b\]2;[^\a]*\a)?", b"", data)
        kept.extend([rest] if rest else [])

    monkeypatch.setattr(app._announcer, "_write", keep)
    return kept


def messages(app: LiveApp) -> list[str]:
    told = app.get_default_screen().told
    return [told.text] if told else []


async def take(app: LiveApp, pilot: Pilot[None], source: FakeSource, *happened: Event) -> list[str]:
    source.happened += happened
    app._take(source.held)
    await pilot.pause()
    return messages(app)


def calm() -> FakeSource:
    """Return a source whose first window is far from its limit at first."""
    held = snapshot()
    first = replace(held.windows[0], used_share=0.2, level="fine")
    return FakeSource(replace(held, windows=(first, *held.windows[1:])))


async def test_what_happens_is_told_once_with_a_bell(monkeypatch: pytest.MonkeyPatch):
    source = calm()
    async with live(source) as (app, pilot):
        kept = written(app, monkeypatch)
        level, ahead, _ = events()
        odd = replace(ahead, text="[b]Much[/b] is used.")
        assert await take(app, pilot, source) == []
        assert await take(app, pilot, source, level) == [level.text]
        assert await take(app, pilot, source) == [level.text]
        assert level.title in screen_text(app).split("\n")[-1]
        assert await take(app, pilot, source, odd) == [odd.text]
        assert kept == [b"\a", b"\a"]
        await pilot.press("x")
        assert messages(app) == []
        assert "q quit" in screen_text(app).split("\n")[-1]


async def test_of_much_that_happens_at_once_the_gravest_is_told(monkeypatch: pytest.MonkeyPatch):
    source = calm()
    async with live(source) as (app, pilot):
        kept = written(app, monkeypatch)
        level, ahead, reset = events()
        hit = replace(level, kind="hit", severity="error", title="5 hours: hit", text="Hit.")
        await take(app, pilot, source, hit, replace(reset, window="seven_day"), level, ahead)
        assert messages(app) == [ahead.text]
        await take(app, pilot, source, reset, level, ahead, hit)
        assert messages(app) == ["Hit."]
        assert kept == [b"\a", b"\a"]


async def test_what_the_bars_say_at_the_start_is_not_told_again_until_a_reset():
    source = FakeSource()
    async with live(source) as (app, pilot):
        level, _, reset = events()
        assert await take(app, pilot, source, level) == []
        assert await take(app, pilot, source, replace(level, level="critical")) == [level.text]
        await take(app, pilot, source, reset)
        assert await take(app, pilot, source, level) == [level.text]


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (40, 10), (20, 5), (120, 30)])
async def test_what_is_told_covers_no_figure(size: tuple[int, int]):
    source = calm()
    async with live(source, size=size) as (app, pilot):
        before = screen_text(app).split("\n")[:-1]
        await take(app, pilot, source, events()[0])
        assert screen_text(app).split("\n")[:-1] == before


async def test_the_terminals_title_is_written_once_for_an_answer_and_the_old_one_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = FakeSource(snapshot())
    kept: list[bytes] = []
    async with live(source) as (app, pilot):
        monkeypatch.setattr(app._announcer, "_write", kept.append)
        source.put(replace(snapshot(NOW + 20_000), revision=2))
        await pilot.pause()
        source.put(replace(hit(), revision=3))
        await pilot.pause()
        source.put(replace(hit(), revision=4))
        await pilot.pause()
    titles = [data.decode() for data in kept if b"\x1b]2;" in data]
    assert [title.removeprefix("\x1b[22;2t") for title in titles] == [
        "\x1b]2;! 22% left · 5 hours until 18:00 · ccmon\a",
        "\x1b]2;LIMIT HIT · 5 hours until 18:00 · ccmon\a",
    ]
    assert kept[-1] == b"\x1b[23;2t"


@pytest.mark.parametrize(
    ("channels", "bytes_written", "toasts"),
    [
        (Channels(bell=False), [], 1),
        (Channels(toast=False), [b"\a"], 0),
        (Channels(bell=False, terminal=True), [b"\x1b]777;notify;5 hours"], 1),
        (Channels(terminal=True, quiet_hours=parse_quiet_hours("16:00-17:00")), [], 1),
    ],
)
async def test_channels_carry_what_happens_as_they_are_set(
    channels: Channels,
    bytes_written: list[bytes],
    toasts: int,
    monkeypatch: pytest.MonkeyPatch,
):
    source = calm()
    environment = {"TERM": "foot"}
    async with live(source, channels=channels, environment=environment) as (app, pilot):
        kept = written(app, monkeypatch)
        assert len(await take(app, pilot, source, events()[0])) == toasts
        assert [data.partition(b":")[0] for data in kept] == bytes_written


async def test_the_taskbar_shows_the_first_windows_use_and_is_cleared_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
):
    source = FakeSource()
    environment = {"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}
    environment |= {"TERM_PROGRAM_VERSION": "1.2.0"}
    channels = Channels(bell=False, progress=True)
    async with live(source, channels=channels, environment=environment) as (app, _):
        kept = written(app, monkeypatch)
        first = replace(source.held.windows[0], used_share=0.95, level="critical")
        source.held = replace(source.held, windows=(first,))
        for second in range(9):
            held = source.held
            app._take(replace(held, generated_at=held.generated_at + second * 1_000))
        assert kept == [b"\x1b]9;4;2;95\x07"] * 2
    assert kept[-1] == b"\x1b]9;4;0;0\x07"


async def test_warnings_can_be_turned_off(monkeypatch: pytest.MonkeyPatch):
    source = FakeSource()
    async with live(source) as (app, pilot):
        kept = written(app, monkeypatch)
        await pilot.press("a", "x")
        assert await take(app, pilot, source, *events()) == []
        assert source.happened == []
        assert kept == []


async def test_a_hit_limit_is_a_line_on_every_tab_until_it_is_cleared():
    source = FakeSource(hit())
    async with live(source) as (app, pilot):
        assert "! LIMIT HIT  5 hours · resets 18:00 in 1:54:51" in screen_text(app)
        await pilot.press("2")
        assert "! LIMIT HIT" in screen_text(app)
        await pilot.press("1")
        source.put(replace(snapshot(), revision=2))
        await pilot.pause()
        assert "LIMIT HIT" not in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12)])
async def test_a_limit_of_one_model_leaves_the_answer_for_the_others(size: tuple[int, int]):
    held = hit_now(window="seven_day:Fable", label="Week · Fable", is_of_model=True)
    source = FakeSource(replace(snapshot(), hit=held))
    async with live(source, size=size) as (app, pilot):
        await pilot.pause()
        text = screen_text(app)
        assert "Week · Fable" in text
        assert "22% left of 5 hours" in text


async def test_all_events_are_listed_on_a_sheet_also_those_that_come_later():
    source = FakeSource(replace(snapshot(), events=events()[1:]))
    async with live(source) as (app, pilot):
        await pilot.press("v")
        await pilot.pause()
        assert events()[0].title not in screen_text(app)
        source.put(replace(snapshot(), revision=2))
        await pilot.pause()
        assert events()[0].title in screen_text(app)
        await pilot.press("v")
        await pilot.press("v")
        await pilot.pause()
        text = screen_text(app)
        for event in events():
            assert event.title in text
        assert "75% of the 5-hour limit was used at 15:56" in text
        await pilot.press("v")
        assert isinstance(app.screen, WatchScreen)


@pytest.mark.parametrize(
    ("anchor", "said"),
    [
        ("estimated", "Reset pinned at 18:20"),
        ("official", "Reset pinned at 18:20; the official reset goes before it"),
    ],
)
async def test_the_reset_is_pinned_and_unpinned(anchor: str, said: str):
    held = snapshot()
    source = FakeSource(replace(held, block=replace(held.block, anchor=anchor)))
    async with live(source) as (app, pilot):
        await pilot.press("R", *"18:20", "enter")
        assert source.pinned == [BLOCK_START + 5 * HOUR + 20 * MINUTE]
        assert said in messages(app)
        await pilot.press("R", "enter")
        assert source.pinned[1:] == [None]
        await pilot.press("R", "1", "escape")
        assert len(source.pinned) == 2
        assert isinstance(app.screen, WatchScreen)


@pytest.mark.parametrize(("typed", "said"), [("25:99", "14:30"), ("4:00", "five hours")])
async def test_a_reset_that_cannot_be_is_told_on_the_sheet(typed: str, said: str):
    source = FakeSource()
    async with live(source) as (app, pilot):
        await pilot.press("R", *typed, "enter")
        await pilot.pause()
        assert said in screen_text(app).split("nothing unpins it):")[1]
        assert source.pinned == []


async def test_an_empty_machine_names_the_places_and_starts_the_demo():
    demo = FakeSource()
    source = FakeSource(empty())
    opened = threading.Event()

    def open_demo() -> Source:
        opened.set()
        return demo

    async with live(source, open_demo=open_demo) as (app, pilot):
        text = screen_text(app)
        for said in (
            "/home/user/.claude ",
            "no projects directory",
            "CLAUDE_CONFIG_DIR",
            "--config-dir",
            "d demo",
        ):
            assert said in text
        await pilot.press("d")
        assert opened.wait(PATIENCE)
        await pilot.pause(0.1)
        assert "made-up figures" in screen_text(app)
        assert "$42.06" in screen_text(app)
        assert source.is_closed
    assert demo.is_closed


async def test_a_demo_that_fails_is_one_sentence():
    def open_demo() -> Source:
        raise OSError("no space left")

    async with live(FakeSource(empty()), open_demo=open_demo) as (app, pilot):
        await pilot.press("d")
        await pilot.pause(0.1)
        assert messages(app)[-1] == "The demo could not be written: no space left"
        assert not app._exit


async def test_d_does_nothing_where_there_are_figures():
    async with live(open_demo=FakeSource) as (app, pilot):
        await pilot.press("d")
        assert not app.screen.is_empty  # type: ignore[attr-defined]
        assert "demo" not in screen_text(app)


async def test_the_first_reading_shows_progress_and_keys_work_meanwhile():
    source = FakeSource(reading())
    async with live(source) as (app, pilot):
        assert "412/1,204 files" in screen_text(app)
        assert not app.is_following
        await pilot.press("2")
        assert app.screen.query_one("#report-daily").display
        await pilot.press("1")
        source.put(replace(snapshot(), revision=2))
        await pilot.pause()
        assert "Reading" not in screen_text(app)
        assert app.is_following


async def test_notices_take_a_line_only_when_there_is_something():
    source = FakeSource()
    async with live(source) as (app, pilot):
        assert "! Error" not in screen_text(app)
        notice = Notice("error", "The ledger's disk is full: free some space.")
        block = with_unpriced("odd-model")
        source.put(replace(snapshot(), revision=2, notices=(notice,), **block))
        await pilot.pause()
        text = screen_text(app)
        assert "! Error The ledger's disk is full" in text
        assert "+1 more" in text
        assert "! trouble" in text
        await pilot.press("n")
        await pilot.pause()
        assert "No price is known for odd-model" in screen_text(app)
        await pilot.press("escape")
        assert isinstance(app.screen, WatchScreen)


async def test_what_was_hidden_stays_hidden_and_only_another_error_comes_back():
    source = FakeSource(replace(snapshot(), **with_unpriced("odd-model")))
    async with live(source) as (app, pilot):
        assert "No price is known for odd-model" in screen_text(app)
        await pilot.press("x")
        await pilot.pause()
        assert "! Note" not in screen_text(app)
        source.put(replace(snapshot(), revision=3, **with_unpriced("another-model")))
        await pilot.pause()
        assert "! Note" not in screen_text(app)
        notice = Notice("error", "The ledger's disk is full: free some space.")
        source.put(replace(source.held, revision=4, notices=(notice,)))
        await pilot.pause()
        assert "! Error The ledger's disk is full" in screen_text(app)
        await pilot.press("x")
        await pilot.pause()
        assert "! Error" not in screen_text(app)


async def test_models_without_a_price_take_a_line_only_where_the_open_window_has_some():
    source = FakeSource(replace(snapshot(), unpriced=("odd[1m]model",)))
    async with live(source) as (app, pilot):
        text = screen_text(app)
        assert "! Note" not in text
        assert "+ leaves out odd[1m]model" in text
        source.put(replace(snapshot(), revision=2, **with_unpriced("odd-model")))
        await pilot.pause()
        text = screen_text(app)
        assert "! Note No price is known for odd-model" in text
        assert "+ leaves out" not in text
        await pilot.press("2")
        await pilot.pause()
        assert "! Note" not in screen_text(app)


def with_unpriced(model: str) -> dict[str, object]:
    block = snapshot().block
    assert block is not None
    figures = replace(block.figures, unpriced=(model,))
    return {"unpriced": (model,), "block": replace(block, figures=figures)}


@pytest.mark.parametrize("key", ["?", "f1"])
async def test_help_opens_and_closes_with_the_same_key(key: str):
    async with live(size=(100, 64)) as (app, pilot):
        await pilot.press(key)
        await pilot.pause()
        text = screen_text(app)
        for keys, does, _ in key_rows():
            assert keys in text
            assert does in text
        await pilot.press(key)
        assert isinstance(app.screen, WatchScreen)


async def test_the_zone_key_goes_to_utc_and_back():
    source = FakeSource()
    async with live(source) as (app, pilot):
        await pilot.press("z")
        assert source.held.zone == "UTC"
        await pilot.pause()
        assert "15:05:09 UTC" in screen_text(app)
        assert "until 17:00 (1h 54m)" in screen_text(app)
        await pilot.press("z")
        assert source.held.zone == ZONE


async def test_refresh_asks_the_monitor():
    source = FakeSource()
    async with live(source) as (_, pilot):
        await pilot.press("r")
    assert source.refreshed == 1


async def test_arrows_choose_a_session_and_enter_opens_it():
    async with live(size=(100, 60)) as (app, pilot):
        await pilot.press("down", "j", "up")
        assert "▸ データ" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause(0.05)
        assert not isinstance(app.screen, WatchScreen)
        assert "sessions s2" in screen_text(app)
        await pilot.press("escape")
        assert isinstance(app.screen, WatchScreen)


async def test_the_cursor_stays_with_its_session():
    source = FakeSource()
    async with live(source, size=(120, 40)) as (app, pilot):
        await pilot.press("down", "down")
        assert "▸ zeta-cli" in screen_text(app)
        held = source.held
        sessions = (session("s9", "newcomer", 0.1), *held.sessions)
        source.put(replace(held, revision=2, sessions=sessions))
        await pilot.pause()
        assert "▸ zeta-cli" in screen_text(app)


async def test_a_click_moves_to_a_session_and_a_second_one_opens_it():
    async with live(size=(120, 40)) as (app, pilot):
        await pilot.click("#sessions", offset=(10, 4))
        assert "▸ zeta-cli" in screen_text(app)
        await pilot.click("#sessions", offset=(10, 4))
        await pilot.pause(0.05)
        assert "sessions s3" in screen_text(app)


async def test_sorting_names_the_order():
    async with live() as (app, pilot):
        await pilot.press("s", "s")
        assert "by cost" in screen_text(app)
        await pilot.press("S")
        text = screen_text(app)
        assert "by cost reversed" in text
        assert "▸ delta-ml" in text or "▸ docs" in text


async def test_the_palette_finds_what_the_screen_can_do():
    async with live() as (app, pilot):
        titles = [command.name for command in app.commands()]
        assert "Go to Weekly" in titles
        assert "Theme safe-light" in titles
        assert "Filter the table's rows" not in titles
        assert "Sort by cost" in titles
        await pilot.press("4")
        titles = [command.name for command in app.commands()]
        assert "Filter the table's rows" in titles
        await pilot.press("ctrl+p")
        await pilot.press(*"weekly")
        await pilot.pause(0.2)
        await pilot.press("enter")
        await pilot.pause(0.1)
        assert app.screen.query_one("#report-weekly").display


async def test_every_listed_key_is_bound_to_something_that_exists():
    async with live(has_providers=True) as (app, pilot):
        await pilot.press("2", "9", "0")
        places = {
            "app": app,
            "screen": app.screen,
            "sessions": app.screen.query_one("#sessions"),
            "graph": app.screen.query_one("#report-graph"),
            "providers": app.screen.query_one("#report-providers"),
        }
        for key in KEYS:
            name = key.action.partition("(")[0]
            assert hasattr(places[key.place], f"action_{name}"), key.id


def test_tables_move_by_the_keys_that_help_names():
    bound = {key for binding in ReportTable.BINDINGS for key in binding.key.split(",")}  # type: ignore[union-attr]
    named = {name for key in KEYS if key.place == "sessions" for name in key.keys.split(",")}
    assert named == bound
