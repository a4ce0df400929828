"""The panes' drawings, without a screen: what they say, and that nothing is too wide."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from engine.reports import LEVELS, Figures, Notice, Part, Snapshot
from engine.responses import PICO
from tests.tui.live_samples import DAY, HOUR, NOW, empty, no_limit, quiet, reading, snapshot
from tui.live.block_pane import BlockPane, block_view
from tui.live.burn_pane import BurnPane, BurnUpPane, burn_up_view, burn_view
from tui.live.header import Header, header_view
from tui.live.limit_pane import LimitPane, limit_view
from tui.live.lines import Line, LinePane, Piece, cells, cropped, ends, joined
from tui.live.notices import Notices, notices_of
from tui.live.plot import LEVEL_WORDS, Curve, bars, burn_up, columns, gauge, time_axis
from tui.live.progress_bar import ProgressBar
from tui.live.sessions_pane import ORDERS, SessionsPane, sessions_view
from tui.live.status_line import StatusLine, status_parts
from tui.live.totals_pane import TotalsPane, totals_view

YEAR = 365 * DAY
SIZES = [(78, 4), (58, 3), (58, 10), (120, 6), (118, 13), (196, 20), (30, 2), (12, 1)]


def drawn(pane: type[LinePane], view: object, width: int, height: int) -> list[str]:
    made = pane()
    made.set_reactive(LinePane.view, view)
    return ["".join(piece.text for piece in line) for line in made.lines(width, height)]


def text(lines: Sequence[str]) -> str:
    return "\n".join(lines)


def all_panes(held: Snapshot) -> list[tuple[type[LinePane], object]]:
    return [
        (BlockPane, block_view(held, "cost")),
        (LimitPane, limit_view(held)),
        (BurnPane, burn_view(held, "tokens")),
        (BurnUpPane, burn_up_view(held, "cost")),
        (SessionsPane, sessions_view(held, "cost", 0, False)),
        (TotalsPane, totals_view(held, "tokens")),
        (Header, header_view(held, is_paused=False, is_demo=True)),
        (ProgressBar, held.progress),
        (StatusLine, status_parts(held, False)),
        (Notices, notices_of(held, ("odd-model",))),
    ]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("sample", [snapshot, quiet, reading, empty])
def test_no_pane_draws_wider_or_higher_than_its_size(sample, width, height):
    for pane, view in all_panes(sample()):
        lines = drawn(pane, view, width, height)
        assert len(lines) <= height
        assert all(cell_len(line) <= width for line in lines), (pane, lines)
        assert not any(sign in line for line in lines for sign in "\x1b\x07\n\t")


def test_the_window_says_clock_cost_tokens_and_models():
    lines = text(drawn(BlockPane, block_view(snapshot(), "cost"), 78, 4))
    for said in ("1h 54m left", "$42.06", "65.9M tokens", "512 responses", "Opus 4.6 78%"):
        assert said in lines
    assert "cache read 60.5M" in lines


def test_shares_go_by_tokens_when_asked():
    assert "Opus 4.6 61%" in text(drawn(BlockPane, block_view(snapshot(), "tokens"), 78, 4))


def test_a_sum_without_a_price_is_marked():
    held = snapshot()
    assert held.block is not None
    figures = replace(held.block.figures, unpriced=("odd-model",))
    held = replace(held, block=replace(held.block, figures=figures))
    assert "$42.06+" in text(drawn(BlockPane, block_view(held, "cost"), 78, 4))
    assert "$42.06+ of" in text(drawn(LimitPane, limit_view(held), 78, 3))


def test_no_window_says_when_the_newest_response_came():
    lines = text(drawn(BlockPane, block_view(quiet(), "cost"), 78, 4))
    assert "No window is open." in lines
    assert "The newest response came 9h ago, Sun 22 Nov 07:05." in lines


def test_no_window_says_what_the_last_day_of_use_came_to():
    held = quiet()
    idle = replace(held.recent_days[-1], responses=0, tokens=0, cost=0)
    used = replace(held.recent_days[-2], label="Sat 21", tokens=1_500_000, cost=3 * PICO)
    held = replace(held, recent_days=(used, idle))
    lines = text(drawn(BlockPane, block_view(held, "cost"), 78, 4))
    assert "The last day of use was Sat 21: $3.00 · 1.50M tokens." in lines
    assert "Responses known in all: 184,020" in lines


def test_a_newest_response_of_another_year_names_it():
    held = quiet()
    lines = text(
        drawn(BlockPane, block_view(replace(held, last_response=NOW - YEAR), "cost"), 78, 4)
    )
    assert "365d ago, 22 Nov 2025 16:05." in lines


def test_before_anything_is_read_nothing_is_said_to_be_missing():
    held = replace(empty(), state="reading")
    window = text(drawn(BlockPane, block_view(held, "cost"), 78, 4))
    limit = text(drawn(LimitPane, limit_view(held), 78, 3))
    sessions = text(drawn(SessionsPane, sessions_view(held, "cost", 0, False), 78, 3))
    assert all("eading…" in each for each in (window, limit, sessions))
    assert not any(said in window + limit for said in ("not enough", "no limit", "No window"))


def test_a_share_of_an_unknown_cost_is_a_question_mark():
    held = snapshot()
    assert held.block is not None
    odd = Part("odd-model", Figures(responses=2, unpriced=("odd-model",)), 0.4, 0.0)
    held = replace(held, block=replace(held.block, by_model=(*held.block.by_model, odd)))
    assert "odd-model ?" in text(drawn(BlockPane, block_view(held, "cost"), 118, 4))
    assert "odd-model 40%" in text(drawn(BlockPane, block_view(held, "tokens"), 118, 4))


def test_thirty_days_without_use_say_so_and_draw_no_axis():
    held = quiet()
    days = tuple(replace(day, cost=0, tokens=0) for day in held.recent_days)
    lines = drawn(TotalsPane, totals_view(replace(held, recent_days=days), "cost"), 78, 9)
    assert lines[4] == " Last 30 days · nothing used"
    assert not text(lines[5:]).strip()
    assert "most $0.00" not in text(lines)


def test_the_limit_names_its_source_and_the_moment_it_is_reached():
    lines = text(drawn(LimitPane, limit_view(snapshot()), 78, 3))
    assert "78% high" in lines
    assert "P90 of 23 finished blocks · estimate" in lines
    assert "reached at 17:07" in lines


def test_the_limits_source_is_named_however_narrow_the_pane():
    held = snapshot()
    limit = replace(held.limit, unit="tokens", value=7_220_000, used=4_530_000)
    for width, height in ((56, 8), (40, 8), (78, 3)):
        lines = text(drawn(LimitPane, limit_view(replace(held, limit=limit)), width, height))
        assert "4.53M of 7.22M tokens" in lines
        assert "P90 of 23 finished blocks · estimate" in lines


def test_levels_crossed_are_listed_with_their_times():
    lines = text(drawn(LimitPane, limit_view(snapshot()), 58, 8))
    assert "15:56 high" in lines
    assert "14:45 half used" in lines


def test_every_level_is_a_word():
    held = snapshot()
    for share, level in LEVELS:
        limit = replace(held.limit, used_share=share, level=level)
        assert LEVEL_WORDS[level] in text(
            drawn(LimitPane, limit_view(replace(held, limit=limit)), 78, 3)
        )
    assert len(set(LEVEL_WORDS.values())) == 5


def test_without_history_the_limit_says_so_and_why():
    lines = text(drawn(LimitPane, limit_view(quiet()), 78, 3))
    assert "not enough history" in lines
    assert "5 are needed" in lines


def test_sessions_come_in_the_order_asked_for():
    def projects(order: str, is_reversed: bool = False) -> list[str]:
        number = [name for name, _ in ORDERS].index(order)
        view = sessions_view(snapshot(), "cost", number, is_reversed)
        return [session.project for session, _ in view.sessions]

    assert projects("latest")[0] == "alpha-api"
    assert projects("latest", True)[0] == "docs"
    assert projects("project")[0].startswith("a-project")


def test_wide_names_keep_the_columns_in_line():
    lines = drawn(SessionsPane, sessions_view(snapshot(), "cost", 0, False), 98, 9)
    places = {cell_len(line[: line.index("$")]) for line in lines[1:] if "$1" not in line}
    assert len(places) == 1
    assert {cell_len(line) for line in lines[1:]} == {98}


def test_the_gauge_is_zero_based_and_never_overflows():
    def signs(share: float, **more: float) -> str:
        return "".join(piece.text for piece in gauge(share, 10, ink="fine", **more))

    assert signs(0) == "─" * 10
    assert signs(0.001).startswith("▏")
    assert signs(0.5) == "█████─────"
    assert signs(7) == "█" * 10
    assert signs(0.5, ahead=0.8) == "█████▒▒▒──"
    assert signs(0.5, ahead=3.0) == "█████▒▒▒▒▒"
    assert signs(0.5, mark=1.0) == "█████────┃"


def test_columns_take_the_largest_step_and_leave_the_open_part():
    assert columns([1, 9, 3, 4], 8, 4) == [9, 4, None, None]
    assert columns([5, 7], 4, 8) == [5, 5, 7, 7, None, None, None, None]


def test_bars_show_every_use_and_dot_what_is_open():
    rows = [
        "".join(piece.text for piece in row)
        for row in bars([0, 1, 800, None], 2, top=800, ink="plain")
    ]
    assert rows == ["  █ ", " ▁█·"]


def test_a_burn_up_ends_now_and_its_limit_is_a_line():
    rows = burn_up(Curve((10, 20), 4, 0.5, 40, 30), 20, 6)
    signs = ["".join(piece.text for piece in row) for row in rows]
    solid = [piece.text for row in rows for piece in row if piece.ink == "accent"]
    assert max(len(row.rstrip()) for row in signs) == 20
    assert any("╌" in row for row in signs)
    assert sum(len(run) for run in solid) <= 22
    assert {len(row) for row in signs} == {20}


def test_a_limit_far_above_the_curve_does_not_flatten_it():
    assert Curve((10, 20), 4, 0.5, 40, 10_000).top == 40
    assert Curve((10, 20), 4, 0.5, 40, 100).top == 100


@pytest.mark.parametrize("width", [8, 20, 36, 60, 130])
def test_the_axis_names_hours_that_do_not_touch(width):
    held = snapshot()
    assert held.block is not None
    (piece,) = time_axis(held.block.start, held.block.end, held.zone, width)
    assert len(piece.text) == width
    assert all(len(name) == 5 for name in piece.text.split())
    assert piece.text.startswith("13:00")


def test_the_header_says_how_fresh_the_figures_are():
    def said(held: Snapshot, is_paused: bool = False) -> str:
        view = header_view(held, is_paused=is_paused, is_demo=False)
        return drawn(Header, view, 80, 1)[0]

    held = snapshot()
    assert said(held).endswith("16:05:09 CET   ● live ")
    assert "quiet for 9h 00m" in said(quiet())
    assert "reading 42%" in said(reading())
    assert "PAUSED" in said(held, is_paused=True)
    assert "trouble" in said(replace(held, notices=(Notice("error", "The ledger is full."),)))


def test_the_header_keeps_the_clock_of_the_zone():
    view = header_view(replace(snapshot(), zone="Asia/Tokyo"), is_paused=False, is_demo=False)
    assert "00:05:09 JST" in drawn(Header, view, 80, 1)[0]


def test_progress_says_files_megabytes_responses_and_time_left():
    line = drawn(ProgressBar, reading().progress, 80, 1)[0]
    for said in ("42%", "3s left", "412/1,204 files", "318/758 MB", "61,204 responses"):
        assert said in line


def test_the_gravest_notice_comes_first_and_models_without_a_price_are_named():
    held = replace(
        snapshot(),
        notices=(Notice("information", "i"), Notice("error", "The ledger is full; free space.")),
        unpriced=("odd\x1bmodel",),
    )
    notices = notices_of(held, held.unpriced)
    assert notices[0].text == "The ledger is full; free space."
    assert "oddmodel" in notices[1].text
    assert "+2 more" in drawn(Notices, notices, 100, 1)[0]


def test_the_status_line_drops_what_matters_least():
    parts = status_parts(snapshot(), False)
    assert drawn(StatusLine, parts, 40, 1) == [" 78% high · reached at 17:07"]
    assert drawn(StatusLine, parts, 14, 1) == [" 78% high"]


def test_an_empty_window_projection_and_trace_draw_nothing_false():
    held = quiet()
    assert "at the end" not in text(drawn(BurnPane, burn_view(held, "cost"), 78, 6))
    assert "once a window is open" in text(drawn(BurnUpPane, burn_up_view(held, "cost"), 78, 9))


def test_the_burn_up_is_in_the_unit_of_the_limit():
    held = snapshot()
    assert burn_up_view(held, "tokens").by == "cost"
    assert burn_up_view(held, "tokens").limit == held.limit.value
    assert burn_up_view(replace(held, limit=no_limit()), "tokens").by == "tokens"
    assert burn_up_view(replace(held, limit=no_limit()), "tokens").limit is None


def test_forecasts_past_the_end_do_not_cry_wolf():
    held = snapshot()
    limit = replace(held.limit, reached_at=None, projected_share=0.81, used_share=0.5, level="half")
    lines = text(drawn(LimitPane, limit_view(replace(held, limit=limit)), 78, 3))
    assert "not before 18:00" in lines
    assert "about 81%" in lines
    assert held.block is not None
    assert held.block.end - held.block.start == 5 * HOUR
    assert held.limit.value is not None
    assert held.limit.value > PICO


def test_lines_crop_by_cells_and_drop_parts_whole():
    line: Line = (Piece("データ"), Piece("abc"))
    assert cells(line) == 9
    assert cells(cropped(line, 5)) == 5
    assert "".join(piece.text for piece in joined([line, line], 12)) == "データabc"
    assert "".join(piece.text for piece in ends(line, (Piece("end"),), 12)) == "データabc"
