from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region

from engine.domain.reports import Figures, Report, ReportKind, Row
from engine.domain.responses import PICO
from engine.domain.totals import total_of
from tests.report_keys import TAB_KEYS
from tests.tui.report_samples import (
    HOUR,
    NOW,
    OPUS,
    SONNET,
    UNKNOWN,
    figures,
    many_rows,
    report_of,
    row,
)
from tui.live.report.column_widths import measure, place
from tui.live.report.columns import columns_of, year_left_out
from tui.live.report.row_order import Order, sorted_rows
from tui.live.report.table import ReportTable
from tui.live.words import names_of_models

YEAR = 365 * 24 * HOUR


@dataclass
class Opened:
    keys: list[str] = field(default_factory=list)


class TableApp(App[None]):
    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report
        self.opened = Opened()

    def compose(self) -> ComposeResult:
        yield ReportTable(self.report.kind)

    def on_mount(self) -> None:
        self.table.focus()
        fill(self.table, self.report)

    def on_report_table_row_opened(self, event: ReportTable.RowOpened) -> None:
        self.opened.keys.append(event.row.key)

    @property
    def table(self) -> ReportTable:
        return self.query_one(ReportTable)


def fill(table: ReportTable, report: Report) -> None:
    table.set_report(report, "cost")
    table.set_rows(report.rows, report.totals, f"All {len(report.rows)} rows")


def lines(table: ReportTable) -> list[str]:
    strips = table.render_lines(Region(0, 0, *table.size))
    return [strip.text.rstrip() for strip in strips]


def cursor_key(table: ReportTable) -> str:
    assert table.cursor_row is not None
    return table.cursor_row.key


def placed_fields(kind: ReportKind, width: int) -> list[str]:
    rows = many_rows(50, kind)
    measured = measure(columns_of(kind, "cost"), rows, total_of(rows), "UTC")
    return [each.column.field for each in place(measured, width, has_bar=True).placed]


@pytest.mark.parametrize("kind", TAB_KEYS)
@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_columns_never_reach_beyond_the_width_and_the_cost_is_always_there(kind, width):
    rows = many_rows(50, kind)
    measured = measure(columns_of(kind, "cost"), rows, total_of(rows), "UTC")
    layout = place(measured, width, has_bar=True)
    if width >= 60:
        end = layout.placed[-1].end + (layout.gap + layout.bar_width if layout.bar_width else 0)
        assert end <= width
    assert "cost" in [each.column.field for each in layout.placed]


def test_narrow_tables_leave_out_kinds_of_tokens_first_and_never_key_total_or_cost():
    assert placed_fields("sessions", 200)[4:8] == ["input", "output", "cache_write", "cache_read"]
    at_80 = placed_fields("sessions", 80)
    assert at_80[:3] == ["last", "project", "session"]
    assert {"total", "cost", "responses"} <= set(at_80)
    assert not {"cache_write", "cache_read"} & set(at_80)


def test_a_wide_table_shows_exact_tokens_and_bars():
    rows = [row(number, label="short", project="p") for number in range(1, 4)]
    measured = measure(columns_of("projects", "cost"), rows, total_of(rows), "UTC")
    wide = place(measured, 200, has_bar=True)
    assert all(each.is_exact for each in wide.placed if each.column.exact is not None)
    assert wide.bar_width == 32
    narrow = place(measured, 80, has_bar=True)
    assert not any(each.is_exact for each in narrow.placed)
    assert narrow.bar_width == 0


def test_figures_without_a_totals_row_are_as_wide_as_the_widest_of_them():
    rows = [row(1), row(2, figures=figures(2, cost=12_345 * PICO))]
    cost = next(each for each in columns_of("sessions", "cost") if each.field == "cost")
    (measured,) = measure((cost,), rows, None, "UTC")
    assert measured.natural == len("$12,345.00 ")


def test_models_beyond_the_room_are_counted():
    names = (OPUS, SONNET, UNKNOWN)
    assert names_of_models(names, 0) == "Opus 5.5, Sonnet 4.5, gpt-5.2-codex"
    assert names_of_models(names, 23) == "Opus 5.5, Sonnet 4.5 +1"
    assert names_of_models(names, 11) == "Opus 5.5 +2"
    assert names_of_models(names, 9) == "Opus … +2"
    assert names_of_models((OPUS, "claude-opus-5-5"), 0) == "Opus 5.5"


def test_times_of_other_years_name_theirs_and_have_room_for_it():
    rows = [row(1), row(2, figures=replace(figures(2), first=NOW - YEAR, last=NOW - YEAR))]
    totals = total_of(rows).figures
    year = year_left_out(totals, "UTC")
    assert year == 2026
    assert year_left_out(rows[0].figures, "UTC") is None
    last = columns_of("sessions", "cost", year)[0]
    assert last.field == "last"
    texts = [last.text(each, "UTC", 0) for each in rows]
    assert "2026" not in texts[0]
    assert " 2025 " in texts[1]
    assert all(len(each) <= last.least for each in texts)


@pytest.mark.parametrize("kind", ["daily", "weekly", "monthly"])
def test_a_period_is_never_cut(kind):
    rows = [row(1, label="15 Dec to 21 Dec 2025")]
    measured = measure(columns_of(kind, "cost"), rows, total_of(rows), "UTC")
    for width in (40, 60, 80):
        assert place(measured, width, has_bar=True).placed[0].width >= len(rows[0].label)


def test_rows_sort_by_raw_values_not_by_their_text():
    costs = [PICO // 1_000, 9 * PICO, 1_000 * PICO, 20 * PICO]
    rows = [row(i, figures=figures(i, cost=cost)) for i, cost in enumerate(costs, 1)]
    columns = columns_of("sessions", "cost")
    by_cost = sorted_rows(rows, columns, Order("cost", True))
    assert [each.figures.cost for each in by_cost] == sorted(costs, reverse=True)


def test_equal_rows_keep_their_order_in_both_directions():
    rows = [row(number, figures=figures(3)) for number in range(1, 6)]
    columns = columns_of("sessions", "cost")
    for is_descending in (True, False):
        assert sorted_rows(rows, columns, Order("cost", is_descending)) == rows


def test_gaps_stand_between_blocks_only_in_the_order_of_time():
    block = row(1, start=NOW, end=NOW + HOUR)
    gap = row(2, figures=Figures(), start=NOW - HOUR, end=NOW, is_gap=True)
    columns = columns_of("blocks", "cost")
    assert sorted_rows([block, gap], columns, Order("start", False)) == [gap, block]
    assert sorted_rows([block, gap], columns, Order("cost", True)) == [block]


async def test_header_and_totals_stay_while_ten_thousand_rows_scroll():
    report = report_of(many_rows(10_000))
    app = TableApp(report)
    async with app.run_test(size=(80, 24)) as pilot:
        top = lines(app.table)
        await pilot.press("pagedown", "pagedown")
        moved = lines(app.table)
        assert top[0] == moved[0]
        assert "Last activity▼" in top[0]
        assert top[23] == moved[23]
        assert "All 10000 rows" in top[23]
        assert top[1:23] != moved[1:23]
        assert cursor_key(app.table) == report.rows[44].key
        assert sum(line.startswith("▸") for line in moved) == 1
        await pilot.press("G")
        assert cursor_key(app.table) == report.rows[-1].key
        assert lines(app.table)[22].startswith("▸")
        await pilot.press("g", "down", "j", "k")
        assert cursor_key(app.table) == report.rows[1].key


async def test_few_rows_have_their_totals_right_below():
    app = TableApp(report_of([row(1), row(2)]))
    async with app.run_test(size=(80, 24)):
        shown = lines(app.table)
        assert "All 2 rows" in shown[3]
        assert not any(shown[4:])


async def test_an_update_keeps_the_cursor_on_its_row_and_in_its_place():
    rows = many_rows(200)
    app = TableApp(report_of(rows[5:]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("pagedown", "pagedown", "up", "up")
        key = cursor_key(app.table)
        before = next(i for i, line in enumerate(lines(app.table)) if line.startswith("▸"))
        fill(app.table, report_of(rows))
        await pilot.pause()
        after = next(i for i, line in enumerate(lines(app.table)) if line.startswith("▸"))
        assert (cursor_key(app.table), after) == (key, before)


async def test_a_row_that_vanished_leaves_the_cursor_nearby():
    rows = many_rows(5)
    app = TableApp(report_of(rows))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("G")
        fill(app.table, report_of(rows[:2]))
        assert cursor_key(app.table) == rows[1].key
        fill(app.table, report_of([]))
        assert app.table.cursor_row is None


async def test_an_update_repaints_only_the_lines_that_changed(monkeypatch):
    rows = many_rows(100)
    app = TableApp(report_of(rows))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "down")
        await pilot.pause()
        painted: list[int] = []
        monkeypatch.setattr(
            app.table, "refresh", lambda *regions, **_: painted.extend(each.y for each in regions)
        )
        grown = replace(rows[4], figures=replace(rows[4].figures, cost=PICO * 77))
        changed = [*rows[:4], grown, *rows[5:]]
        app.table.set_rows(changed, app.report.totals, "All 100 rows")
        assert painted == [5]
        app.table.set_rows(changed, app.report.totals, "100 of 100 rows")
        assert painted == [5, 23]


async def test_s_goes_through_the_drawn_columns_and_reverse_turns_around():
    app = TableApp(report_of([row(1), row(2), row(3)], "projects"))
    async with app.run_test(size=(80, 24)):
        assert "▼Cost" in lines(app.table)[0]
        app.table.sort_reverse()
        assert "▲Cost" in lines(app.table)[0]
        fields = []
        for _ in range(12):
            app.table.sort_next()
            fields.append(app.table.order.field)
        assert fields[0] == "responses"
        assert fields[1] == "project"
        titles = {"Project", "Sess.", "Last activity", "Input", "Output", "Total", "Cost", "Resp."}
        assert set(fields) == {
            each.field for each in app.table.columns if each.title.strip() in titles
        }


async def test_a_click_on_a_title_sorts_and_on_a_row_selects():
    app = TableApp(report_of([row(1), row(2), row(3)]))
    async with app.run_test(size=(80, 24)) as pilot:
        x = lines(app.table)[0].index("Total") + 2
        await pilot.click(ReportTable, offset=(x, 0))
        assert app.table.order == Order("total", True)
        assert cursor_key(app.table) == row(3).key
        assert [each.key for each in app.table.rows] == [row(n).key for n in (3, 2, 1)]
        await pilot.click(ReportTable, offset=(5, 2))
        assert cursor_key(app.table) == row(2).key
        assert app.opened.keys == []
        await pilot.click(ReportTable, offset=(5, 3), times=2)
        assert app.opened.keys == [row(1).key]


async def test_enter_opens_a_row_but_not_a_gap():
    block = row(1, key="b", start=NOW, end=NOW + HOUR, is_active=True)
    gap = row(2, key="g", figures=Figures(), start=NOW - 2 * HOUR, end=NOW, is_gap=True)
    app = TableApp(report_of([block, gap], "blocks"))
    async with app.run_test(size=(80, 24)) as pilot:
        shown = lines(app.table)
        assert "● active" in shown[1]
        assert "gap 2h 00m" in shown[2]
        assert "$" not in shown[2]
        await pilot.press("enter", "down", "enter")
        assert app.opened.keys == ["b"]


async def test_wide_and_dangerous_names_keep_columns_in_line():
    nasty = "evil\x1b[31m\u202e\nプロジェクト名がとても長いもの"
    rows: list[Row] = [row(1, project=nasty), row(2, project="データ"), row(3, project="abc")]
    app = TableApp(report_of(rows))
    async with app.run_test(size=(80, 24)):
        strips = app.table.render_lines(Region(0, 0, 80, 24))
        assert {strip.cell_length for strip in strips} == {80}
        text = "".join(strip.text for strip in strips)
        assert text.isprintable()
        cents = [strip.text.rindex("$") - len(strip.text) for strip in strips[1:4]]
        assert len(set(cents)) == 1


async def test_a_resize_places_the_columns_anew():
    app = TableApp(report_of(many_rows(30)))
    async with app.run_test(size=(80, 24)) as pilot:
        assert "Cache R" not in lines(app.table)[0]
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        assert "Cache R" in lines(app.table)[0]
        assert "█" in lines(app.table)[5]


async def test_the_wheel_scrolls_without_moving_the_cursor():
    app = TableApp(report_of(many_rows(100)))
    async with app.run_test(size=(80, 24)) as pilot:
        first = cursor_key(app.table)
        at = {"x": 5, "y": 5, "delta_x": 0, "delta_y": 0, "button": 0}
        keys = {"shift": False, "meta": False, "ctrl": False}
        app.table.post_message(events.MouseScrollDown(app.table, **at, **keys))
        await pilot.pause()
        assert app.table.scroll_offset.y > 0
        assert cursor_key(app.table) == first
