import csv
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widgets import Static

from engine.domain.reports import ReportKind, Row
from tests.tui.live_pilot import until
from tests.tui.report_samples import NOW, ReportSource, figures, many_rows, report_of, row
from tui.live.report.report_pane import ReportPane
from tui.live.screens.detail_screen import DetailScreen
from tui.words.format import tokens


class PaneApp(App[None]):
    def __init__(
        self, rows: list[Row], directory: Path, kind: ReportKind = "sessions", hidden: bool = False
    ) -> None:
        super().__init__()
        self.source = ReportSource(rows, kind)
        self.kind = kind
        self.directory = directory
        self.hidden = hidden

    def compose(self) -> ComposeResult:
        pane = ReportPane(
            self.kind,
            self.source,
            clock=lambda: NOW,
            directory=self.directory,
            home=self.directory,
        )
        pane.display = not self.hidden
        yield pane

    def on_mount(self) -> None:
        self.pane.focus()

    @property
    def pane(self) -> ReportPane:
        return self.query_one(ReportPane)

    def show(self, revision: int = 1, **other: object) -> None:
        self.pane.show(revision, **{"by": "cost", "span": "all", **other})

    @property
    def lines(self) -> list[str]:
        table = self.pane.table
        strips = table.render_lines(Region(0, 0, *table.size))
        return [strip.text.rstrip() for strip in strips]

    @property
    def note(self) -> str:
        note = self.pane.query_one("#note", Static)
        return str(note.content) if note.display else ""


@pytest.fixture
def rested(monkeypatch):
    """Let a report follow another at once."""
    monkeypatch.setattr("tui.live.inquiry._REST_SECONDS", 0.001)


async def test_a_report_is_asked_for_once_per_revision_span_and_zone(tmp_path, rested):
    app = PaneApp([row(1), row(2)], tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "Counting" in app.lines[2]
        app.show()
        await until(pilot, lambda: len(app.pane.table.rows) == 2)
        app.show()
        app.show(by="tokens")
        await pilot.pause(0.02)
        assert app.source.asked == [("sessions", "all")]
        app.show(2)
        await until(pilot, lambda: len(app.source.asked) == 2)
        await pilot.pause(0.02)
        app.show(2, span="7d")
        await until(pilot, lambda: app.source.asked[-1] == ("sessions", "7d"))
        await pilot.pause(0.02)
        app.show(2, span="7d", zone="Asia/Tokyo")
        await until(pilot, lambda: len(app.source.asked) == 4)


async def test_a_stream_of_revisions_costs_few_reports(tmp_path, monkeypatch):
    app = PaneApp([row(1)], tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        ends_of_rests = []
        monkeypatch.setattr(app.pane, "set_timer", lambda _, end: ends_of_rests.append(end))
        for revision in range(10):
            app.show(revision)
            await pilot.pause(0.001)
        await until(pilot, lambda: len(ends_of_rests) == 1)
        assert len(app.source.asked) == 1
        ends_of_rests[0]()
        await until(pilot, lambda: len(ends_of_rests) == 2)
        assert len(app.source.asked) == 2


async def test_a_hidden_pane_asks_for_nothing_until_it_is_seen(tmp_path):
    app = PaneApp([row(1)], tmp_path, hidden=True)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show()
        await pilot.pause(0.02)
        assert app.source.asked == []
        app.pane.display = True
        await until(pilot, lambda: len(app.pane.table.rows) == 1)


async def test_a_report_that_fails_becomes_one_sentence_and_is_tried_again(tmp_path, rested):
    app = PaneApp([row(1)], tmp_path)
    app.source.error = RuntimeError("the ledger is \x1b[1mlocked")
    async with app.run_test(size=(80, 24)) as pilot:
        app.show()
        await until(pilot, lambda: bool(app.note))
        assert app.note == "This report could not be made: the ledger is [1mlocked. r tries again."
        app.source.error = None
        await pilot.pause(0.02)
        app.show()
        await until(pilot, lambda: len(app.pane.table.rows) == 1)
        assert app.note == ""


async def test_a_filter_narrows_rows_and_totals_as_it_is_typed(tmp_path):
    rows = many_rows(300)
    app = PaneApp(rows, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show()
        await until(pilot, lambda: len(app.pane.table.rows) == 300)
        assert "All 300 sessions" in app.lines[-1]
        app.pane.start_filter()
        await pilot.press(*"OPUS", "space", *"Zeta")
        await pilot.pause()
        kept = app.pane.table.rows
        assert 0 < len(kept) < 300
        assert all("zeta-cli" in (each.project, *each.projects) for each in kept)
        assert f"{len(kept)} of 300 sessions" in app.lines[-1]
        assert tokens(sum(each.figures.tokens.total for each in kept)) in app.lines[-1]
        await pilot.press("enter", "down")
        assert app.pane.table.cursor_row == kept[1]
        assert app.pane.clear_filter()
        await pilot.pause()
        assert len(app.pane.table.rows) == 300
        assert app.pane.table.cursor_row == kept[1]
        assert not app.pane.clear_filter()


async def test_escape_while_typing_clears_the_filter_and_gives_the_keys_back(tmp_path):
    app = PaneApp(many_rows(20), tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show()
        await until(pilot, lambda: len(app.pane.table.rows) == 20)
        app.pane.start_filter()
        await pilot.press(*"nothing has this")
        await pilot.pause()
        assert "No session holds “nothing has this”; Esc clears the filter." in app.lines[2]
        await pilot.press("escape")
        await pilot.pause()
        assert len(app.pane.table.rows) == 20
        assert app.focused is app.pane.table


async def test_an_empty_span_says_how_to_look_further_back(tmp_path):
    app = PaneApp([], tmp_path)
    app.source.reports["sessions"] = report_of([], "sessions", "7d")
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(span="7d")
        await until(pilot, lambda: "No sessions in the last 7 days. w looks" in app.lines[2])


async def test_models_without_a_price_are_named_below_the_costs(tmp_path):
    each = figures(1, ("gpt-5.2-codex",), cost=0, unpriced=("gpt-5.2-codex",))
    app = PaneApp([row(1, figures=each)], tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show()
        await until(pilot, lambda: bool(app.note))
        assert app.note == "+ leaves out what has no known price: gpt-5.2-codex"
        assert "?" in app.lines[1]


async def test_models_sort_by_what_c_has_chosen(tmp_path):
    dear = row(1, key="dear", figures=figures(1, cost=10**14))
    large = row(2, key="large", figures=figures(9))
    app = PaneApp([dear, large], tmp_path, "models")
    async with app.run_test(size=(80, 24)) as pilot:
        app.show()
        await until(pilot, lambda: len(app.pane.table.rows) == 2)
        assert [each.key for each in app.pane.table.rows] == ["dear", "large"]
        app.show(by="tokens")
        assert [each.key for each in app.pane.table.rows] == ["large", "dear"]


async def test_export_writes_what_is_shown_in_the_order_shown(tmp_path):
    app = PaneApp(many_rows(50), tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.pane.export("csv")
        app.show()
        await until(pilot, lambda: len(app.pane.table.rows) == 50)
        app.pane.table.sort_by("total")
        app.pane.export("csv")
        path = tmp_path / "ccmon-sessions-20261122-140500.csv"
        await until(pilot, lambda: len(app._notifications) == 2 and path.exists())
        with path.open(newline="") as file:
            keys = [line["sessionId"] for line in csv.DictReader(file)]
        assert keys == [each.key for each in app.pane.table.rows]
        assert any(str(path) in each.message for each in app._notifications)


async def test_enter_opens_the_details_of_the_row(tmp_path):
    app = PaneApp([row(1), row(2)], tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show()
        await until(pilot, lambda: len(app.pane.table.rows) == 2)
        await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, DetailScreen))
