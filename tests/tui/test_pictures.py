"""Pictures of the screen, looked at by their pixels: a text capture hides what an eye sees."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.tui.fake_source import FakeSource
from tests.tui.live_pilot import live, screen_text
from tests.tui.live_samples import hit, snapshot
from tui.live.app import LiveApp
from tui.live.themes import THEME_NAMES, THEMES
from tui.terminal.picture import CELL, ROW, drawn

_RECT = re.compile(
    r'<rect (?:class="(?P<ink>[^"]+)"|fill="(?P<fill>[^"]+)") x="(?P<x>[-\d.]+)" '
    r'y="(?P<y>[-\d.]+)" width="(?P<w>[\d.]+)" height="(?P<h>[\d.]+)"'
    r'(?: fill-opacity="(?P<cover>[\d.]+)")?'
)
_INK = re.compile(r"\.(\S+-r\d+) \{ fill: (#[0-9a-f]{6})")


def colours(svg: str, x: float, y: float) -> list[str]:
    """Return the colours painted over a point inside the terminal, the one on top last."""
    inks = dict(_INK.findall(svg))
    inside = svg[svg.index("clip-terminal)") :]
    return [
        found["fill"] or inks[found["ink"]]
        for found in _RECT.finditer(inside)
        if float(found["x"]) <= x < float(found["x"]) + float(found["w"])
        and float(found["y"]) <= y < float(found["y"]) + float(found["h"])
    ]


def row_of_text(app: LiveApp, start: str) -> tuple[int, str]:
    rows = screen_text(app).split("\n")
    number = next(n for n, row in enumerate(rows) if row.startswith(start))
    return number, rows[number]


@pytest.mark.parametrize("theme", THEME_NAMES)
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)])
async def test_a_bar_at_its_limit_is_full_to_the_eye(theme: str, size: tuple[int, int]):
    paper = next(each.background for each in THEMES if each.name == theme)
    async with live(FakeSource(hit()), size=size, theme=theme) as (app, _):
        svg = drawn(app.export_screenshot())
        number, row = row_of_text(app, " 5 hours")
    first, last = row.index("█"), row.index("┤") - 1
    y = 1.5 + (number + 0.25) * ROW
    for column in range(first, last + 1):
        seen = colours(svg, (column + 0.2) * CELL, y)
        assert seen, (theme, column)
        assert seen[-1] != paper, (theme, column)
    after = colours(svg, (row.index("┤") + 0.9) * CELL, y)
    assert not after or after[-1] == paper


async def test_a_bar_at_forty_percent_ends_where_it_should():
    held = snapshot()
    first = replace(
        held.windows[0],
        used_share=0.4,
        forecast=replace(held.windows[0].forecast, share_at_reset=None, reaches_at=None),
    )
    async with live(FakeSource(replace(held, windows=(first,))), size=(120, 40)) as (app, _):
        svg = drawn(app.export_screenshot())
        number, row = row_of_text(app, " 5 hours")
    start, end = row.index("█"), row.index("┤")
    y = 1.5 + (number + 0.25) * ROW
    paper = THEMES[0].background
    seen = [colours(svg, (column + 0.05) * CELL, y) for column in range(start, end)]
    full = sum(each[-1:] not in ([], [paper]) for each in seen)
    assert full == pytest.approx((end - start) * 0.4, abs=1.5)


async def test_a_picture_fetches_nothing_and_keeps_to_the_cells_of_wide_characters():
    async with live(size=(120, 40)) as (app, _):
        svg = drawn(app.export_screenshot())
    assert "url(http" not in svg
    assert "@font-face" not in svg
    name = re.search(r'textLength="([\d.]+)"[^>]*>(データ[^<]*)<', svg)
    assert name is not None
    assert float(name[1]) == pytest.approx(2 * len(name[2]) * CELL, abs=0.1)
    assert not re.search(r">[^<]*[█▒░│╭╮╰╯─┤][^<]*</text>", svg.split("</g>", 1)[1])


async def test_p_writes_the_screen_as_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    async with live() as (app, pilot):
        await pilot.press("P")
        await pilot.pause(0.1)
        (written,) = tmp_path.glob("ccmon-*.svg")
        assert "The picture was written to" in screen_text(app).split("\n")[-1]
    assert "22%&#160;left" in written.read_text("utf-8")
