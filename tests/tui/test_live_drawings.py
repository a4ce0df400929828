"""The panes' drawings, without a screen: what they say, and that nothing is too wide."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from engine.domain.levels import LEVELS
from engine.domain.limit_windows import Forecast, Spend
from engine.domain.notices import Notice
from engine.domain.reports import Figures, Part
from engine.domain.responses import PICO
from engine.domain.snapshots import Snapshot
from tests.tui.live_samples import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    ZONE,
    empty,
    estimated,
    hit,
    hit_now,
    quiet,
    reading,
    sessions,
    snapshot,
    unknown_window,
    windows,
)
from tui.live.drawing.course_plot import Course, course_axis, course_plot
from tui.live.drawing.lines import LinePane
from tui.live.drawing.plot import Curve, bars, burn_up, columns, gauge, time_axis
from tui.live.frame.header import Header, header_view
from tui.live.frame.hit_banner import HitBanner, countdown, hit_view
from tui.live.frame.notices import Notices, notices_of
from tui.live.frame.progress_bar import ProgressBar
from tui.live.frame.status_line import StatusLine, status_view
from tui.live.frame.terminal_title import title_text
from tui.live.panes.block import BlockPane, block_view
from tui.live.panes.burn import BurnPane, burn_view
from tui.live.panes.burn_up import BurnUpPane, burn_up_view, course_view
from tui.live.panes.events import EventsPane, events_view
from tui.live.panes.hero import EXACT, HeroPane, hero_view
from tui.live.panes.sessions import ORDERS, SessionsPane, sessions_view
from tui.live.panes.totals import TotalsPane, totals_view
from tui.live.panes.windows import WindowsPane, windows_view
from tui.words.limits import LEVEL_WORDS
from tui.words.lines import Line, Piece, cells, cropped, ends, joined

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
        (HeroPane, hero_view(held)),
        (WindowsPane, windows_view(held)),
        (BurnPane, burn_view(held, "tokens")),
        (BurnUpPane, burn_up_view(held, "cost")),
        (BurnUpPane, course_view(held, "seven_day")),
        (EventsPane, events_view(held)),
        (HitBanner, hit_view(held)),
        (SessionsPane, sessions_view(held, "cost", 0, False)),
        (TotalsPane, totals_view(held, "tokens")),
        (Header, header_view(held, is_paused=False, is_demo=True)),
        (ProgressBar, held.progress),
        (StatusLine, status_view(held, False)),
        (Notices, notices_of(held, ("odd-model",))),
    ]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("sample", [snapshot, estimated, hit, quiet, reading, empty])
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
    window = replace(held.windows[0], source="given", unit="cost", used=PICO, limit=2 * PICO)
    held = replace(held, windows=(window,))
    assert "$1.00 of $2.00" in text(drawn(WindowsPane, windows_view(held), 150, 3))


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
    held = replace(empty(), state="reading", windows=())
    window = text(drawn(BlockPane, block_view(held, "cost"), 78, 4))
    limit = text(drawn(WindowsPane, windows_view(held), 78, 3))
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


def window_lines(width: int, height: int, **changes: object) -> str:
    window = replace(windows()[0], **changes)
    held = replace(snapshot(), windows=(window,))
    return text(drawn(WindowsPane, windows_view(held), width, height))


def hero(held: Snapshot, width: int = 80) -> str:
    return text(drawn(HeroPane, hero_view(held), width, 1))


def test_the_answer_is_one_sentence_of_what_is_left_until_when_and_what_is_foreseen():
    left, ahead = hero(snapshot()).strip().split("    ")[0], hero(snapshot()).split("    ")[-1]
    assert left == "22% left of 5 hours until 18:00 (1h 54m)"
    assert ahead.strip() == "runs out ~17:07 · 53m early"
    assert "earliest 16:41 · Week 41% fine" in hero(snapshot(), 120)
    assert len(hero(snapshot(), 40)) <= 40


def test_an_estimate_names_the_one_step_that_makes_it_exact_and_is_never_hit():
    assert hero(estimated()).startswith(" ESTIMATE 78% of your usual 5 hours")
    assert EXACT in hero(estimated())
    beyond = replace(
        estimated().windows[0], used_share=3.87, level="reached", forecast=Forecast("none", "")
    )
    held = replace(estimated(), windows=(beyond,))
    assert "3.9 × your usual 5 hours" in hero(held)
    rows = text(drawn(WindowsPane, windows_view(held), 80, 1))
    assert "3.9 ×" in rows
    for word in ("hit", "used up", "reached", "REACHED"):
        assert word not in hero(held) + rows


def test_far_beyond_what_is_usual_no_face_counts_in_hundreds_of_percent():
    beyond = replace(
        estimated().windows[0],
        used_share=30.0,
        forecast=replace(
            estimated().windows[0].forecast,
            reaches_at=None,
            share_at_reset=136.0,
            share_low=45.0,
            share_high=402.4,
        ),
    )
    held = replace(estimated(), windows=(beyond,))
    rows = text(drawn(WindowsPane, windows_view(held), 120, 1))
    assert "~136 × then (45-402 ×)" in rows
    assert "ahead" not in rows
    assert "30 × your usual 5 hours" in hero(held)


def test_beside_the_gravest_window_stand_the_gravest_others_with_their_owners():
    five, week = windows()[:2]
    fine = [replace(week, window=f"seven_day:{n}", label=f"Week · {n}") for n in ("A", "B")]
    beyond = replace(week, label="Week · C", used_share=1.0, state="extra usage")
    other = replace(five, owner="other", owner_name="Team")
    held = replace(snapshot(), windows=(five, *fine, beyond, other))
    said = hero(held, 200)
    assert "C 100% on extra usage" in said
    assert "5 hours Team 78% out 17:07" in said
    assert "A 41%" not in said


def test_a_forecast_whose_range_crosses_the_limit_is_no_all_clear():
    week = windows()[1]
    crossing = replace(week.forecast, share_high=1.08, earliest=NOW + 30 * HOUR)
    held = replace(snapshot(), windows=(replace(week, forecast=crossing),))
    assert "probably lasts · earliest out Mon 22:05 · ~63% at the reset" in hero(held, 120)


def test_every_window_says_share_reset_countdown_forecast_and_age_in_one_line():
    lines = drawn(WindowsPane, windows_view(snapshot()), 80, 4)
    for line, said in zip(
        lines,
        (
            ("5 hours", "78%", "18:00  1h 54m", "out ~17:07", "2m"),
            ("Week", "41%", "Wed 04:00  2d 11h", "~63% then", "2m"),
            ("Fable", "≥19%", "Wed 04:00  2d 11h", "1h"),
            ("Budget month", "52%", "1 Dec 00:00  8d 07h"),
        ),
        strict=True,
    ):
        assert all(each in line for each in said), line
        assert "┃" in line
        assert "█" in line


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_bars_are_of_one_length_and_marked_where_even_use_would_stand(width: int):
    lines = drawn(WindowsPane, windows_view(snapshot()), width, 4)
    assert len({line.index("┤") for line in lines}) == 1
    bar = [sign for sign in lines[0][: lines[0].index("┤")] if sign in "█▏▎▍▌▋▊▉▒┃─"]
    assert bar.index("┃") == pytest.approx(len(bar) * windows()[0].elapsed_share, abs=1)


def test_with_room_the_source_is_said_in_full_with_its_age_and_the_range():
    lines = text(drawn(WindowsPane, windows_view(snapshot()), 200, 4))
    assert "official · status line · 2m" in lines
    assert "out ~17:07 (16:41 to 17:52)" in lines
    assert "~63% then (56-72)" in lines
    assert "16 ahead" in lines
    assert "23 behind" in lines


def test_an_estimate_shows_the_time_that_has_gone_and_its_amounts_where_there_is_room():
    lines = text(drawn(WindowsPane, windows_view(estimated()), 200, 2))
    assert "4.53M of 5.81M tokens" in lines
    assert "P90 of 23 finished blocks" in lines
    assert "est." in text(drawn(WindowsPane, windows_view(estimated()), 80, 2))


def test_an_old_official_figure_is_dim():
    def inks(age: int | None) -> set[str]:
        pane = WindowsPane()
        held = replace(snapshot(), windows=(replace(windows()[0], age=age),))
        pane.set_reactive(LinePane.view, windows_view(held))
        lines = pane.lines(120, 1)
        return {piece.ink for line in lines for piece in line if "official" in piece.text}

    assert inks(9 * MINUTE) == {"plain"}
    assert inks(11 * MINUTE) == {"muted"}


def test_the_bar_never_overflows():
    for share, level in ((0.2, "fine"), *LEVELS, (2.7, "reached")):
        lines = window_lines(78, 2, used_share=share, level=level)
        assert {cell_len(line) for line in lines.split("\n")} <= set(range(79))
    assert len(set(LEVEL_WORDS.values())) == 5


def test_a_window_without_a_limit_says_why():
    assert "3 finished blocks are known" in text(drawn(WindowsPane, windows_view(quiet()), 78, 2))


def test_windows_without_room_are_counted():
    lines = drawn(WindowsPane, windows_view(snapshot()), 80, 2)
    assert lines[-1].endswith("+2")


def test_under_fifty_columns_a_window_is_a_bar_with_its_share_and_countdown():
    line = drawn(WindowsPane, windows_view(snapshot()), 42, 4)[0]
    assert line.startswith(" 5 hours")
    assert "78%" in line
    assert "1h 54m" in line


def test_a_forecast_of_another_day_names_the_day():
    week = windows()[1]
    at = NOW + 30 * HOUR
    ahead = replace(week.forecast, reaches_at=at, earliest=at - 14 * HOUR, latest=None)
    held = replace(snapshot(), windows=(replace(week, forecast=ahead),))
    rows = text(drawn(WindowsPane, windows_view(held), 200, 2))
    assert "out ~Mon 22:05 (08:05 to later)" in rows
    assert "runs out ~Mon 22:05 · 1d 05h early" in hero(held, 120)


def test_a_hit_limit_says_when_it_opens_again_and_foresees_nothing():
    assert "5 hours used up  open again 18:00 in 1h 54m" in hero(hit())
    row = drawn(WindowsPane, windows_view(hit()), 80, 4)[0]
    assert "100%" in row
    assert "used up" in row
    assert "~" not in row


def test_while_a_first_reading_runs_nothing_is_said_to_be_unknown_or_unused():
    held = replace(reading(), windows=(unknown_window(),), recent_days=(), today_hours=())
    assert hero(held).strip() == "Reading…"
    row = text(drawn(WindowsPane, windows_view(held), 100, 1))
    assert "reading…" in row
    assert "finished blocks" not in row
    totals = text(drawn(TotalsPane, totals_view(held, "cost"), 120, 8))
    assert "Last 30 days · reading…" in totals
    idle = replace(held, burn_rate=replace(held.burn_rate, word="idle"))
    assert "reading…" in text(drawn(BurnPane, burn_view(idle, "cost"), 78, 1))


@pytest.mark.parametrize("width", range(8, 60, 3))
def test_the_hours_below_a_plot_are_evenly_apart(width: int) -> None:
    (piece,) = time_axis(NOW - NOW % HOUR, NOW - NOW % HOUR + 5 * HOUR, "UTC", width)
    hours = [int(name[:2]) for name in piece.text.split()]
    apart = {later - first for first, later in itertools.pairwise(hours)}
    assert len(apart) <= 1
    assert hours[0] == hours[-1] - sum(apart) * (len(hours) - 1)


def test_the_burn_rate_leads_with_money_and_foresees_nothing():
    for height in (1, 3, 6, 9):
        lines = text(drawn(BurnPane, burn_view(snapshot(), "cost"), 78, height))
        assert lines.startswith(" $9.80/h busy · ")
        assert "1.13k new + 17.1k cache read/min" in lines
        assert ("over 10m" in lines) == (height > 1)
        assert "at the end" not in lines


def banner(held: Snapshot, width: int = 100) -> str:
    return drawn(HitBanner, hit_view(held), width, 1)[0]


def test_the_banner_says_which_limit_is_hit_and_counts_down_to_the_reset():
    assert banner(hit()) == " ! LIMIT HIT  5 hours · resets 18:00 in 1:54:51 · since 15:53"
    later = replace(hit(), generated_at=NOW + 1_000)
    assert banner(later).replace("1:54:50", "1:54:51") == banner(hit())
    assert hit_view(snapshot()) is None


def test_extra_usage_is_another_state_and_an_unknown_reset_is_said():
    extra = replace(hit(), hit=hit_now(is_extra_usage=True))
    assert banner(extra).startswith(" ! EXTRA USAGE beyond 5 hours · resets 18:00")
    unknown = replace(hit(), hit=hit_now(resets_at=None))
    assert "until a response succeeds" in banner(unknown)


def test_a_countdown_is_exact_and_never_negative():
    assert countdown(6_891_000) == "1:54:51"
    assert countdown(2 * DAY + 3_000) == "2d 00:00:03"
    assert countdown(-5) == "0:00:00"


def test_events_are_listed_latest_first_with_their_times():
    lines = drawn(EventsPane, events_view(snapshot()), 40, 3)
    assert lines[0].startswith(" 15:56     ! 5 hours: 75% used")
    assert lines[2].startswith(" Sat 10:05 · 5 hours: reset")
    assert "Nothing happened" in text(drawn(EventsPane, events_view(quiet()), 40, 3))


def course_of(held: Snapshot, window: str = "five_hour") -> Course:
    view = course_view(held, window)
    assert view is not None
    return view.course


def test_a_course_draws_steps_up_to_now_a_cone_after_it_and_the_limit_on_top():
    course = course_of(snapshot())
    width, height = 60, 12
    rows = course_plot(course, width, height)
    now = (course.now - course.start) * width // (course.end - course.start)

    def places(ink: str) -> set[int]:
        found = set()
        for row in rows:
            x = 0
            for piece in row:
                if piece.ink == ink and piece.text.strip():
                    found |= {x + n for n, sign in enumerate(piece.text) if sign.strip()}
                x += len(piece.text)
        return found

    first = (course.points[0].time - course.start) * width // (course.end - course.start)
    assert first > 0
    assert places("accent") == set(range(first, now + 1))
    assert min(places("second")) >= now
    assert any("╌" in piece.text for row in rows for piece in row)
    assert any("│" in piece.text for row in rows for piece in row)
    assert {sum(len(piece.text) for piece in row) for row in rows} == {width}


def test_a_course_rests_within_a_minute_and_a_course_of_days_longer():
    held = snapshot()
    start = NOW - NOW % MINUTE
    first = replace(held, generated_at=start + 1_000)
    later = replace(held, generated_at=start + 59_000)
    assert burn_up_view(first, "cost") == burn_up_view(later, "cost")
    assert burn_up_view(first, "cost") != burn_up_view(
        replace(held, generated_at=start + MINUTE), "cost"
    )


def test_the_axis_of_a_week_names_its_days():
    course = course_of(snapshot(), "seven_day")
    (piece,) = course_axis(course, ZONE, 60)
    assert piece.text.split() == ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue"]
    assert len(piece.text) == 60


def test_a_limit_that_is_hit_has_no_cone():
    assert course_of(hit()).cone == ()
    assert "forecast" not in text(drawn(BurnUpPane, burn_up_view(hit(), "cost"), 78, 9))


def test_without_a_limit_the_running_sum_is_drawn():
    held = replace(snapshot(), burn_ups=())
    lines = text(drawn(BurnUpPane, burn_up_view(held, "tokens"), 78, 9))
    assert "at this rate 3.51M" in lines
    assert "limit" not in lines


def test_rates_over_several_spans_are_a_table():
    table = drawn(BurnPane, burn_view(snapshot(), "cost"), 58, 10)
    assert any(line.split() == ["over", "1m", "5m", "15m", "1h"] for line in table)
    assert any(line.split() == ["$/h", "$11.34", "$9.83", "$8.05", "$6.70"] for line in table)
    assert any(line.split()[0] == "cache" for line in table)


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


def test_a_burn_up_ends_now():
    rows = burn_up(Curve((10, 20), 4, 0.5, 40), 20, 6)
    signs = ["".join(piece.text for piece in row) for row in rows]
    solid = [piece.text for row in rows for piece in row if piece.ink == "accent"]
    assert max(len(row.rstrip()) for row in signs) == 20
    assert sum(len(run) for run in solid) <= 22
    assert {len(row) for row in signs} == {20}


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
    view = status_view(snapshot(), False)
    assert drawn(StatusLine, view, 40, 1) == [" 78% high · limit at 17:07"]
    assert drawn(StatusLine, view, 14, 1) == [" 78% high"]
    assert drawn(StatusLine, status_view(hit(), False), 24, 1) == [" HIT 5 hours 1:54:51"]


def test_a_status_of_several_lines_has_a_bar_for_each_window():
    lines = drawn(StatusLine, status_view(snapshot(), False), 30, 10)
    assert [line.split()[0] for line in lines[:4]] == ["5", "Week", "Fable", "Budget"]
    assert all("┃" in line for line in lines[:4])
    assert lines[4].startswith(" limit at 17:07")


def test_a_status_of_many_lines_says_the_answer_then_bars_then_sessions():
    lines = drawn(StatusLine, status_view(snapshot(), False), 40, 14)
    assert lines[0] == " 22% left of 5 hours until 18:00"
    assert lines[1].startswith(" runs out ~17:07 · 53m early")
    assert "limit at" not in text(lines)
    bars = next(place for place, line in enumerate(lines) if line.startswith(" 5 hours"))
    assert [line.split()[0] for line in lines[bars + 1 : bars + 4]] == ["Week", "Fable", "Budget"]
    assert any(line.startswith(" ● ") for line in lines[bars + 6 :])
    assert all(cell_len(line) <= 40 for line in lines)
    hit_lines = drawn(StatusLine, status_view(hit(), False), 40, 14)
    assert hit_lines[0].startswith(" HIT 5 hours 1:54:51")
    assert hit_lines[1].startswith(" 5 hours")


def test_sessions_at_work_keep_their_places_while_they_take_turns():
    held = snapshot()
    busy = [each for each in held.sessions if each.is_busy]
    turn = [replace(each, last=NOW - 1_000 * place) for place, each in enumerate(busy)]
    other = [replace(each, last=NOW - 60_000 + 1_000 * place) for place, each in enumerate(busy)]
    orders = [
        [
            row[0].session
            for row in sessions_view(replace(held, sessions=tuple(each)), "cost", 0, False).sessions
        ]
        for each in (turn, other)
    ]
    assert orders[0] == orders[1]


def test_an_empty_window_projection_and_trace_draw_nothing_false():
    held = quiet()
    assert "once a window is open" in text(drawn(BurnUpPane, burn_up_view(held, "cost"), 78, 9))
    assert course_view(held, "five_hour") is None


def test_lines_crop_by_cells_and_drop_parts_whole():
    line: Line = (Piece("データ"), Piece("abc"))
    assert cells(line) == 9
    assert cells(cropped(line, 5)) == 5
    assert "".join(piece.text for piece in joined([line, line], 12)) == "データabc"
    assert "".join(piece.text for piece in ends(line, (Piece("end"),), 12)) == "データabc"


def test_the_gravest_window_is_the_answer_and_owners_are_named():
    first, week, *others = windows()
    own = replace(first, owner="a", owner_name="work")
    other = replace(week, owner="b", owner_name="home", is_gravest=True)
    held = replace(snapshot(), windows=(own, other, *others))
    assert "59% left of Week (home) until Wed 04:00" in hero(held, 120)
    rows = drawn(WindowsPane, windows_view(held), 120, 4)
    assert rows[0].startswith(" 5 hours work ")
    assert rows[1].startswith(" Week home ")


def test_extra_usage_is_a_state_of_its_own_with_its_spend():
    spend = Spend(0.32, None)
    beyond = replace(
        windows()[0], used_share=1.04, state="extra usage", spend=spend, level="reached",
        forecast=Forecast("none", ""),
    )  # fmt: skip
    held = replace(snapshot(), windows=(beyond,))
    assert "5 hours used up, on extra usage · 32% of its limit until 18:00" in hero(held, 120)
    assert "on extra usage" in drawn(WindowsPane, windows_view(held), 120, 1)[0]


@pytest.mark.parametrize("width", [36, 38, 44, 56, 78, 120])
def test_no_figure_of_the_burn_rate_is_cut(width: int):
    held = snapshot()
    fast = tuple(
        replace(rate, tokens_per_minute=1_234_567.0, cost_per_hour=123 * PICO + PICO // 3)
        for rate in held.rates
    )
    lines = drawn(BurnPane, burn_view(replace(held, rates=fast), "cost"), width, 9)
    table = lines[next(n for n, line in enumerate(lines) if line.split()[0] == "over") :][:4]
    counts = {len(line.split()) for line in table}
    assert len(counts) == 1
    assert counts == {5} or width < 44
    assert set(table[1].split()[1:]) == {"$123.33"}
    assert set(table[3].split()[1:]) == {"1.23M"}


@pytest.mark.parametrize("width", [46, 58, 70, 78, 98])
def test_sessions_whose_names_begin_alike_can_be_told_apart(width: int):
    first = sessions()[0]
    names = [f"a-very-long-company-name-and-its-storefront-{end}" for end in ("api", "web", "ops")]
    alike = tuple(
        replace(first, session=end, project=end, title="") for end in (*names, "データ分析" * 9)
    )
    view = sessions_view(replace(snapshot(), sessions=alike), "cost", 0, False)
    lines = drawn(SessionsPane, view, width, 9)
    assert {cell_len(line) for line in lines[1:]} == {width}
    for end in ("-api", "-web", "-ops"):
        assert sum(end in line for line in lines) == 1


def test_the_terminals_title_says_what_is_left_and_rests_between_percents():
    said = title_text(snapshot())
    assert said == "! 22% left · 5 hours until 18:00 · ccmon"
    assert title_text(snapshot(NOW + 20_000)) == said
    assert title_text(hit()) == "LIMIT HIT · 5 hours until 18:00 · ccmon"
    assert title_text(estimated()) == "78% of your usual · 5 hours until 18:00 · ccmon"
    assert title_text(replace(snapshot(), windows=())) == "ccmon"
    assert title_text(quiet()) == "59% left · Week until Wed 04:00 · ccmon"


@pytest.mark.parametrize("width", [60, 78, 98, 118])
def test_agents_go_by_their_titles_at_every_width(width: int):
    first = sessions()[0]
    mixed = (first, replace(first, session="s9", agent="codex"))
    view = sessions_view(replace(snapshot(), sessions=mixed), "cost", 0, False)
    lines = drawn(SessionsPane, view, width, 6)
    assert "Claude Code" in lines[1]
    assert "Codex" in lines[2]
