"""`ccmon graph`: a page that needs no colour, JSON that agrees with daily, pictures to share."""

from __future__ import annotations

import json
import struct
import zlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len

from engine.domain.choices import Measure
from tests.made_answers import calendar, row, row_of_agents
from tests.made_lines import answer, moment, write
from tui.cli import main
from tui.graph.cells import LABEL_WIDTH, cell_grid
from tui.graph.grid import month_marks, weeks_of
from tui.graph.letters import letter
from tui.graph.page import calendar_lines
from tui.graph.picture import picture_of
from tui.graph.png import png_bytes
from tui.graph.svg import LIGHT, svg_text
from tui.tables.look import Look
from tui.words.lines import text_of

SECRET = "hush-hush"
TODAY = date(2026, 11, 22)


@pytest.fixture
def used(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the home two years of responses in a project that nobody is to know of."""
    monkeypatch.setenv("CCMON_DATA_DIR", str(tmp_path / "data"))
    first = moment("2025-01-05T10:00")
    lines = [
        answer(str(n), first + n * 86_400_000, 100 * (n % 7) + 1, cwd=f"/home/me/{SECRET}")
        for n in range(0, 500, 1)
        if n % 5
    ]
    write(home / ".claude", *lines, name=f"-home-me-{SECRET}/s1.jsonl")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main([*words, "-O", "-z", "UTC"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("by", ["cost", "tokens"])
def test_json_agrees_with_the_daily_report(
    by: str, used: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = json.loads(told(capsys, "graph", "--year", "2025", "--by", by, "--json"))
    days = ("--since", "2025-01-01", "--until", "2025-12-31")
    daily = json.loads(told(capsys, "daily", "--json", *days))
    assert len(graph["days"]) == 365
    active = [day for day in graph["days"] if day["responses"]]
    assert len(active) == graph["activeDays"] == len(daily["daily"])
    for day, other in zip(active, daily["daily"], strict=True):
        shared = other.keys() - {"agent", "period", "metadata"}
        assert {key: day[key] for key in shared} == {key: other[key] for key in shared}
        assert 1 <= day["intensity"] <= 4
    assert {day["intensity"] for day in graph["days"] if not day["responses"]} == {0}
    sums = {key: value for key, value in daily["totals"].items() if key != "sessions"}
    assert {key: graph["totals"][key] for key in sums} == sums
    assert (graph["by"], graph["year"], graph["years"]) == (by, 2025, [2025, 2026])
    assert graph["longestStreak"]["days"] == 4
    for day in active:
        (agent,) = day["agents"]
        assert (agent["agent"], agent["totalTokens"]) == ("claude", day["totalTokens"])
        assert agent["modelBreakdowns"] == day["modelBreakdowns"]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
@pytest.mark.parametrize("year", [None, 2024, 2026, 2027, 2028])
def test_a_page_keeps_to_its_width(width: int, year: int | None) -> None:
    lines = calendar_lines(calendar(year=year), "cost", Look(width=width), [])
    assert all(cell_len(text_of(line)) <= width for line in lines)
    assert "".join(map(text_of, lines)).isprintable()


def test_a_page_says_by_signs_what_colours_say() -> None:
    days = [row(f"2026-02-{1 + n:02d}", figures=row_of_agents().figures) for n in range(3)]
    shown = [text_of(line) for line in calendar_lines(calendar(*days), "cost", Look(width=80), [])]
    months, monday, sunday = shown[2], shown[3], shown[9]
    assert (months.index("Jan"), months.index("Dec")) == (LABEL_WIDTH, LABEL_WIDTH + 48)
    assert monday[:4] == "Mon "
    assert sunday[LABEL_WIDTH:][:6] == "····█·"
    assert monday[LABEL_WIDTH:][:6] == " ····█"
    assert len(sunday.rstrip()) == LABEL_WIDTH + 47
    assert any("░ less" in line and "█ from $" in line for line in shown)


def test_weeks_begin_as_configured() -> None:
    for week_start, count, first in ((0, 53, "2025-12-29"), (6, 53, "2025-12-28")):
        weeks = weeks_of(calendar(week_start=week_start))
        assert (len(weeks), str(weeks[0])) == (count, first)
    leap = calendar(year=2028, week_start=6, today=date(2029, 1, 1))
    assert len(weeks_of(leap)) == 54
    grid = cell_grid(leap, 80)
    shown = [day for week in grid.weeks for r in range(7) if (day := grid.day(r, week))]
    assert [day.day for day in shown] == [date(2028, 1, 1) + timedelta(n) for n in range(366)]
    assert [name for _, name in month_marks(leap, list(grid.weeks), 4)][:2] == ["Jan", "Feb"]


def test_a_narrow_grid_shows_the_weeks_around_a_day() -> None:
    shown = calendar(today=TODAY)
    for day in (date(2026, 1, 1), date(2026, 6, 15), date(2026, 12, 31)):
        grid = cell_grid(shown, 24, day)
        assert len(grid.weeks) == 20
        assert grid.weeks[0] <= day <= grid.weeks[-1] + timedelta(days=6)


def read_png(data: bytes) -> tuple[int, int, list[bytes], list[str]]:
    """Return width, height, rows of tones, and the tones' colours, checking every chunk."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        body = data[place + 4 : place + 8 + length]
        assert struct.unpack_from(">I", data, place + 8 + length) == (zlib.crc32(body),)
        chunks[body[:4]] = body[4:]
        place += 12 + length
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, *kind = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert kind == [8, 3, 0, 0, 0]
    dots = zlib.decompress(chunks[b"IDAT"])
    rows = [dots[begin : begin + width + 1] for begin in range(0, len(dots), width + 1)]
    assert len(rows) == height
    assert {row[0] for row in rows} == {0}
    tones = chunks[b"PLTE"].hex()
    return width, height, [row[1:] for row in rows], [tones[n : n + 6] for n in range(0, 54, 6)]


@pytest.mark.parametrize("by", ["cost", "tokens"])
def test_a_png_has_every_day_in_its_tone(by: Measure) -> None:
    days = [row_of_agents("2026-03-01"), row("2026-07-04"), row("2026-11-22")]
    shown = calendar(*days)
    picture = picture_of(shown, by)
    width, height, rows, tones = read_png(png_bytes(picture))
    assert (width, height) == (picture.width * 2, picture.height * 2)
    assert [f"#{tone}" for tone in tones] == list(LIGHT)
    assert len(picture.squares) == len(shown.days) + 5
    for square in picture.squares:
        ends = (square.x * 2, (square.x + square.side) * 2 - 1)
        seen = {rows[y][x] for x in ends for y in (square.y * 2, (square.y + square.side) * 2 - 1)}
        assert seen == {square.tone}
        assert rows[square.y * 2][ends[1] + 1] != square.tone
    inked = sum(rows[y].count(5) for y in range(28, 28 + 32))
    assert inked == 16 * sum(
        bits.bit_count() for sign in picture.texts[0].text for bits in letter(sign)
    )


def test_an_svg_is_well_formed_and_says_every_day() -> None:
    shown = calendar()
    root = ElementTree.fromstring(svg_text(picture_of(shown, "cost")))
    name = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{name}svg"
    days = [rect for rect in root.iter(f"{name}rect") if rect.find(f"{name}title") is not None]
    said = [day.findtext(f"{name}title", "") for day in days]
    assert [each[:10] for each in said] == [day.day.isoformat() for day in shown.days]
    assert [
        day.get("class") for day in days if "nothing" not in (day.findtext(f"{name}title") or "")
    ]
    texts = [text.text or "" for text in root.iter(f"{name}text")]
    assert any("Claude Code" in text and "Codex" in text for text in texts)
    right = max(float(each.get("x", 0)) + float(each.get("width", 0)) for each in days)
    assert right < float(root.get("width", 0))


@pytest.mark.posix
def test_pictures_tell_no_name(used: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = [used / "year.svg", used / "year.png"]
    for _ in range(2):
        said = told(capsys, "graph", "--svg", str(places[0]), "--png", str(places[1]))
        assert said == "".join(f"{place} written.\n" for place in places)
    text = places[0].read_text("utf-8")
    ElementTree.fromstring(text)
    for word in (SECRET, "home", "s1", "Claude"):
        assert word not in text
    read_png(places[1].read_bytes())
    assert sorted(each.name for each in used.iterdir() if each.is_file()) == [
        "year.png",
        "year.svg",
    ]
    assert places[0].stat().st_mode & 0o077 == 0o044


def test_what_cannot_be_written_is_one_sentence_and_leaves_what_was(
    used: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = used / "taken"
    (place / "inside").mkdir(parents=True)
    for name in (place, used / "nowhere" / "a.png"):
        assert main(["graph", "-O", "--png", str(name)]) == 1
        heard = capsys.readouterr()
        assert heard.out == ""
        assert heard.err.startswith(f"ccmon: {name} cannot be written (")
        assert heard.err.count("\n") == 1
    assert [each.name for each in used.glob(".taken*")] == []


def test_json_and_a_picture_go_together(used: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = used / "a.svg"
    document: dict[str, Any] = json.loads(told(capsys, "graph", "--json", "--svg", str(place)))
    assert document["year"] is None
    assert place.is_file()


def test_nothing_to_read_is_said(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCMON_DATA_DIR", str(tmp_path))
    assert "No response is known yet" in told(capsys, "graph")
    document = json.loads(told(capsys, "graph", "--json"))
    assert (document["activeDays"], document["bestDay"], document["years"]) == (0, None, [])
    place = tmp_path / "empty.png"
    told(capsys, "graph", "--year", "2024", "--png", str(place))
    read_png(place.read_bytes())


@pytest.mark.parametrize("year", ["26", "1969", "9990", "x", "-2026"])
def test_a_year_that_is_none_is_refused(year: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", f"--year={year}"]) == 2
    assert "is not a year: give one such as 2026" in capsys.readouterr().err
