"""One forecast of a window: whoever shows it says the same of the same moment."""

from __future__ import annotations

from collections.abc import Callable

from engine.documents.limits import limits_document
from engine.documents.live import live_document
from engine.domain.questions import Selection
from engine.domain.times import iso_time
from engine.monitor import Monitor
from tui.dev.screenshots import NOW
from tui.live.drawing.lines import LinePane
from tui.live.panes.hero import HeroPane, hero_view
from tui.live.panes.windows import WindowsPane, windows_view
from tui.tables.limits_page import limits_lines
from tui.tables.look import Look
from tui.tables.summary_page import summary_lines
from tui.words.format import clock
from tui.words.limits import forecast_text
from tui.words.lines import text_of
from tui.words.plain import snapshot_lines


def drawn(pane: LinePane, view: object, width: int, height: int) -> str:
    pane.set_reactive(LinePane.view, view)
    return "\n".join("".join(piece.text for piece in line) for line in pane.lines(width, height))


def test_every_face_says_the_same_forecast_at_the_same_moment(
    made_up_monitor: Callable[..., Monitor],
) -> None:
    with made_up_monitor() as monitor:
        monitor.read()
        snapshot, limits = monitor.snapshot(), monitor.limits.now()
        summary = monitor.answers.summary(Selection())
    gravest = next(window for window in snapshot.windows if window.is_gravest)
    assert gravest in limits.windows
    assert summary.window == gravest
    forecast = gravest.forecast
    assert forecast.reaches_at is not None
    assert NOW < forecast.reaches_at < (gravest.resets_at or 0)

    said = forecast_text(gravest, NOW, snapshot.zone)
    look = Look(width=200, zone=snapshot.zone)
    pages = (
        "\n".join(map(text_of, limits_lines(limits, look))),
        "\n".join(map(text_of, summary_lines(summary, look))),
        "\n".join(snapshot_lines(snapshot)),
    )
    assert all(said in page for page in pages)
    at = clock(forecast.reaches_at, snapshot.zone)
    assert f"runs out ~{at}" in drawn(HeroPane(), hero_view(snapshot), 120, 1)
    assert f"out ~{at}" in drawn(WindowsPane(), windows_view(snapshot), 120, 3)

    live, alone = live_document(snapshot), limits_document(limits, is_endpoint_asked=False)
    reached = iso_time(forecast.reaches_at)
    for windows in (live.windows, alone.windows):
        (first,) = (each for each in windows if each.window == gravest.window)
        assert first.forecast.reaches_at == reached
    assert live.limit.reached_at == reached
