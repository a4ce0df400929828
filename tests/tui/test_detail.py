import pytest
from msgspec.structs import replace
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static

from engine.domain.reports import Point, ReportKind
from engine.domain.responses import PICO
from tests.tui.live_pilot import until
from tests.tui.report_samples import ReportSource, detail, row
from tui.live.screens.detail_lines import PageLine, lines_of
from tui.live.screens.detail_screen import DetailPage, DetailScreen
from tui.words.lines import cells


def texts(lines: tuple[PageLine, ...]) -> list[str]:
    return ["".join(piece.text for piece in line).rstrip() for line, _ in lines]


def chart(lines: list[str]) -> list[str]:
    start = next(i for i, line in enumerate(lines) if "most:" in line)
    return lines[start + 1 : start + 8]


class DetailApp(App[None]):
    def __init__(self, kind: ReportKind, key: str = "some-key") -> None:
        super().__init__()
        self.source = ReportSource([])
        self.opened = (kind, key)

    def on_mount(self) -> None:
        kind, key = self.opened
        self.push_screen(DetailScreen(self.source, kind, key, "UTC", "cost"))

    @property
    def title_text(self) -> str:
        return str(self.screen.query_one("#detail-title", Static).content)

    @property
    def page_text(self) -> str:
        page = self.screen.query_one(DetailPage)
        return "\n".join(page.render_line(y).text.rstrip() for y in range(page.size.height))


async def loaded(pilot: Pilot[None], app: DetailApp) -> None:
    await until(pilot, lambda: isinstance(app.screen, DetailScreen) and bool(app.title_text))
    await pilot.pause()


@pytest.mark.parametrize("kind", ["sessions", "daily"])
@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_no_line_of_the_page_is_wider_than_the_screen(kind, width):
    lines = lines_of(detail(kind, "key"), width, "UTC", "cost")
    assert max(cells(line) for line, _ in lines) <= width
    assert "".join(texts(lines)).isprintable()


def test_a_session_shows_its_models_sub_agents_and_responses():
    lines = texts(lines_of(detail("sessions", "key"), 120, "UTC", "cost"))
    page = "\n".join(lines)
    assert "Opus 5.5  " in page
    assert "Explore: find the test" in page
    assert "199 responses, newest first" in page
    assert sum("no price" in line for line in lines) == 1
    assert "+ leaves out what has no known price: gpt-5.2-codex" in page
    assert "3,801,560 tokens" in page


def test_a_day_lists_its_sessions_and_each_can_be_opened():
    lines = lines_of(detail("daily", "2026-11-22"), 80, "UTC", "cost")
    assert [key for _, key in lines if key] == [row(number).key for number in range(1, 5)]


def test_bars_stand_on_zero_and_reach_the_top_at_the_most():
    points = tuple(Point(i, f"{i:02d}:00", 1, i * 100, i * PICO) for i in range(4))
    lines = texts(lines_of(replace(detail("daily", "k"), series=points), 80, "UTC", "tokens"))
    bars = chart(lines)
    assert "most: 300 tokens at 03:00" in "\n".join(lines)
    heights = [sum(line[2 + 7 * i : 3 + 7 * i] == "█" for line in bars[:6]) for i in range(4)]
    assert heights == [0, 2, 4, 6]
    assert bars[6].split() == ["00:00", "01:00", "02:00", "03:00"]


def test_a_long_series_fits_and_keeps_its_peak():
    points = tuple(Point(i, f"{i}", 1, 9_000 if i == 501 else 10, 0) for i in range(1_000))
    lines = texts(lines_of(replace(detail("sessions", "k"), series=points), 80, "UTC", "tokens"))
    assert "most: 9.00k tokens at 501" in "\n".join(lines)
    assert all(line.count("█") == 1 for line in chart(lines)[:6])


def test_a_series_of_nothing_draws_no_chart():
    points = tuple(Point(i, f"{i}", 0, 0, 0) for i in range(24))
    lines = texts(lines_of(replace(detail("daily", "k"), series=points), 80, "UTC", "cost"))
    assert not any("most:" in line for line in lines)


async def test_enter_on_a_session_of_a_day_opens_it_and_escape_goes_back_one_step():
    app = DetailApp("daily", "2026-11-22")
    async with app.run_test(size=(120, 40)) as pilot:
        await loaded(pilot, app)
        assert app.title_text == "Day · Fix the [31mflaky test in データ基盤"
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 3)
        await loaded(pilot, app)
        assert row(2).key in app.page_text
        assert app.title_text.startswith("Session · ")
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("backspace")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_the_page_scrolls_with_keys_and_c_turns_the_bars():
    app = DetailApp("sessions")
    async with app.run_test(size=(80, 24)) as pilot:
        await loaded(pilot, app)
        assert "Cost by hour" in app.page_text
        await pilot.press("c")
        assert "Tokens by hour" in app.page_text
        top = app.page_text
        await pilot.press("down")
        await pilot.pause()
        assert app.page_text.splitlines()[0] == top.splitlines()[1]
        await pilot.press("G")
        await until(pilot, lambda: "Project" not in app.page_text)


@pytest.mark.parametrize(
    ("key", "error", "sentence"),
    [
        ("gone", None, "This session is no longer there; Esc goes back."),
        ("k", OSError("disk"), "This session could not be read: disk. Esc goes back."),
    ],
)
async def test_details_that_cannot_be_had_become_one_sentence(key, error, sentence):
    app = DetailApp("sessions", key)
    app.source.error = error
    async with app.run_test(size=(80, 24)) as pilot:
        await until(
            pilot,
            lambda: (
                isinstance(app.screen, DetailScreen)
                and str(app.screen.query_one("#detail-note", Static).content) == sentence
            ),
        )


async def test_another_revision_draws_the_details_anew(monkeypatch):
    monkeypatch.setattr("tui.live.screens.detail_screen._REST_SECONDS", 0.001)
    app = DetailApp("sessions")
    async with app.run_test(size=(80, 24)) as pilot:
        await loaded(pilot, app)
        app.source.error = OSError("asked again")
        assert isinstance(app.screen, DetailScreen)
        note = app.screen.query_one("#detail-note", Static)
        app.screen.show(2)
        await until(pilot, lambda: "asked again" in str(note.content))
