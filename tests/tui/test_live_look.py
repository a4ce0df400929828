"""How the live screen looks: sizes, themes, hostile names, and what is repainted."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from textual.geometry import Region

from tests.tui.fake_source import FakeSource
from tests.tui.live_pilot import live, screen_text, until
from tests.tui.live_samples import estimated, hit, quiet, reading, snapshot
from tui.live.app import LiveApp
from tui.live.drawing.lines import LinePane
from tui.live.frame.hit_banner import HitBanner
from tui.live.themes import THEME_NAMES, THEMES


async def test_the_first_tab_shows_everything_essential_at_80_by_24():
    async with live() as (app, _):
        text = screen_text(app)
    for said in (
        "ccmon live · Max 5x · this machine",
        "● live",
        "1 Live",
        "8 Projects",
        "22% left of 5 hours until 18:00 (1h 54m)",
        "runs out ~17:07 · 53m early",
        "78%",
        "18:00  1h 54m  out ~17:07",
        "≥19%",
        "Wed 04:00  2d 11h  ~63% then",
        "$9.80/h busy · 1.13k new + 17.1k cache read/min · this window $42.06",
        "▸ alpha-api",
        "61%",
        "Today $62.22",
        "Month $1,305.40",
        "5 hours: 75% used",
        "q quit",
    ):
        assert said in text


async def test_nothing_is_repainted_when_nothing_changed(monkeypatch: pytest.MonkeyPatch):
    source = FakeSource()
    async with live(source, size=(120, 40)) as (app, pilot):
        await pilot.pause()
        painted: list[str | None] = []
        render_line = LinePane.render_line

        def counted(self: LinePane, y: int) -> object:
            painted.append(self.id)
            return render_line(self, y)

        monkeypatch.setattr(LinePane, "render_line", counted)
        app._take(replace(source.held, revision=source.held.revision))
        await pilot.pause(0.05)
        assert painted == []
        app._take(replace(source.held, generated_at=source.held.generated_at + 1_000))
        await pilot.pause(0.05)
        assert painted == ["header"]


async def test_one_changed_figure_repaints_only_its_row(monkeypatch: pytest.MonkeyPatch):
    source = FakeSource()
    async with live(source, size=(120, 40)) as (app, pilot):
        await pilot.pause()
        painted: list[tuple[str | None, int]] = []
        render_line = LinePane.render_line

        def counted(self: LinePane, y: int) -> object:
            painted.append((self.id, y))
            return render_line(self, y)

        monkeypatch.setattr(LinePane, "render_line", counted)
        held = source.held
        app._take(replace(held, revision=2, today=replace(held.today, cost=1)))
        await pilot.pause(0.05)
        assert painted == [("totals", 1)]


async def test_a_hit_limit_repaints_its_countdown_alone(monkeypatch: pytest.MonkeyPatch):
    source = FakeSource(hit())
    async with live(source, size=(120, 40)) as (app, pilot):
        await pilot.pause()
        regions: list[Region] = []
        refresh = HitBanner.refresh

        def counted(self: HitBanner, *given: Region, **more: bool) -> object:
            regions.extend(given)
            return refresh(self, *given, **more)

        monkeypatch.setattr(HitBanner, "refresh", counted)
        painted: list[str | None] = []
        render_line = LinePane.render_line

        def drawn(self: LinePane, y: int) -> object:
            painted.append(self.id)
            return render_line(self, y)

        monkeypatch.setattr(LinePane, "render_line", drawn)
        app._take(replace(source.held, generated_at=source.held.generated_at + 1_000))
        await pilot.pause(0.05)
        assert sorted(set(painted)) == ["header", "hit"]
        assert [region.width for region in regions] == [len("1:54:50")]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (60, 16), (40, 10)])
@pytest.mark.parametrize("sample", [estimated, hit, quiet, reading])
async def test_no_state_cuts_a_window_or_wraps_a_line(sample, size: tuple[int, int]):
    async with live(FakeSource(sample()), size=size) as (app, _):
        rows = screen_text(app).split("\n")
        assert len(rows) == size[1]
        assert {cell_len(row) for row in rows} == {size[0]}
        assert len(_regions(app)) > 0
        for window in sample().windows:
            name = window.label.rpartition(" · ")[2]
            assert window.used_share is None or any(name in row for row in rows)


async def test_many_windows_have_a_line_each_at_80_by_24():
    held = snapshot()
    day = replace(held.windows[3], window="budget:day", label="Budget · day")
    credits = replace(held.windows[3], window="spend_limit", label="Credits")
    held = replace(held, windows=(*held.windows, day, credits))
    async with live(FakeSource(held)) as (app, _):
        text = screen_text(app)
        for name in ("5 hours", "Week", "Fable", "Budget month", "Budget day", "Credits"):
            assert f"\n {name} " in text
        assert "▸ alpha-api" in text


async def test_themes_turn_and_the_choice_is_handed_on():
    chosen: list[str] = []
    async with live(theme="high-contrast", on_theme=chosen.append) as (app, pilot):
        assert app.theme == "high-contrast"
        for _ in THEME_NAMES:
            await pilot.press("t")
    assert chosen == list(THEME_NAMES)


def test_every_theme_inks_the_same_things_and_can_be_read():
    assert {frozenset(theme.variables) for theme in THEMES} == {frozenset(THEMES[0].variables)}
    for theme in THEMES:
        inks = [theme.foreground, theme.primary, theme.variables["ink-muted"]]
        inks += [ink for name, ink in theme.variables.items() if name.startswith("level-")]
        for ink in inks:
            assert _contrast(ink or "", theme.background or "") >= 4.4, (theme.name, ink)


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


async def test_hostile_names_are_text_without_control_characters():
    async with live(size=(120, 40)) as (app, _):
        text = screen_text(app)
        assert "evil[31m [bold]name[/]" in text
        assert "\x1b" not in text
        assert "\x07" not in text


@pytest.mark.parametrize("size", [(60, 16), (100, 36), (120, 24), (120, 40), (200, 60)])
async def test_every_size_shows_window_limit_burn_sessions_and_totals(size: tuple[int, int]):
    async with live(size=size) as (app, _):
        text = screen_text(app)
        for said in (
            "22% left of 5 hours until 18:00 (1h 54m)",
            "78%",
            "out ~17:07",
            "$9.80/h",
            "▸ alpha-api",
            "Today",
            "q quit",
        ):
            assert said in text, said
        assert all(region.width for region in _regions(app))


def _regions(app: LiveApp) -> list[Region]:
    """Return where panes lie, after checking that none lies outside the screen."""
    width, height = app.size
    regions = [pane.region for pane in app.screen.query(LinePane) if pane.display]
    seen = [region for region in regions if region.area]
    assert all(region.right <= width and region.bottom <= height for region in seen)
    return seen


@pytest.mark.parametrize("size", [(49, 24), (120, 11), (20, 1), (10, 1)])
async def test_a_tiny_pane_says_what_matters_first_on_as_many_lines_as_it_has(
    size: tuple[int, int],
):
    async with live(size=size) as (app, _):
        lines = [line for line in screen_text(app).splitlines() if line.strip()]
    first = " 22% left of 5 hours until 18:00"
    assert lines[0].startswith(" 78% high"[: size[0]] if size[1] == 1 else first)
    if size[1] > 1:
        said = "\n".join(lines)
        for each in ("runs out ~17:07", "1h 54m left", "/h", "today $62.22"):
            assert each in said
    else:
        assert len(lines) == 1


async def test_a_closed_window_leaves_the_room_to_the_totals():
    source = FakeSource(quiet())
    async with live(source) as (app, pilot):
        assert "Last 30 days · most" in screen_text(app)
        source.put(replace(snapshot(), revision=2))
        await pilot.pause()
        text = screen_text(app)
        assert "Last 30 days" not in text
        assert "22% left of 5 hours until 18:00 (1h 54m)" in text


async def test_resizing_goes_through_every_layout_and_comes_back_the_same():
    async with live(size=(80, 24)) as (app, pilot):
        app.clear_notifications()
        await pilot.pause()
        before = screen_text(app)
        for size in ((200, 60), (60, 16), (20, 2), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert screen_text(app) == before


async def test_no_color_uses_no_colours_and_says_everything_in_words(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("NO_COLOR", "1")
    async with live(no_color=True) as (app, _):
        strips = app.screen._compositor.render_strips()
        text = screen_text(app)
        colours = {
            segment.style.color.name
            for strip in strips
            for segment in strip.apply_filter(app._filters[-1], app.screen.styles.background)
            if segment.style and segment.style.color
        }
    assert colours <= {"default"}
    assert "runs out ~17:07" in text
    assert "▸ alpha-api" in text


async def test_a_new_theme_inks_every_pane_at_once():
    async with live(size=(120, 40)) as (app, pilot):
        app.clear_notifications()
        before = inks_seen(app)
        await pilot.press("t", "x")
        await pilot.pause()
        after = inks_seen(app)
    assert len(before) > 5
    assert not before & after


def inks_seen(app: LiveApp) -> set[str]:
    """Return the colours of all text on the screen."""
    return {
        segment.style.color.name
        for strip in app.screen._compositor.render_strips()
        for segment in strip
        if segment.text.strip() and segment.style and segment.style.color
    }


@pytest.mark.parametrize("anchor", ["official", "pinned", "estimated"])
async def test_the_blocks_say_when_the_window_that_is_limited_is_another(anchor: str):
    sample = snapshot()
    assert sample.block is not None
    source = FakeSource(replace(sample, block=replace(sample.block, anchor=anchor)))
    async with live(source, size=(80, 24)) as (app, pilot):
        await pilot.press("6")
        await until(pilot, lambda: "All " in screen_text(app))
        said = "The limited window runs 13:00 to 18:00; blocks begin on the hour"
        assert (said in screen_text(app)) == (anchor != "estimated")


async def test_a_colon_opens_the_commands():
    async with live() as (app, pilot):
        await pilot.press(":")
        await pilot.pause()
        assert "Search for commands" in screen_text(app)
