"""Flat tables: CSV that programs read to the last digit, Markdown that people read."""

import csv
import io
import re

import pytest

from engine.domain.questions import AnswerRow
from engine.domain.responses import PICO
from tests.made_answers import (
    ALPHA,
    KEYS,
    NOBODY,
    OPUS,
    SESSION,
    answer,
    comparison,
    empty,
    figures,
    row,
    session_answer,
    summary,
)
from tui.flat.csv_text import csv_cell, csv_text, usd
from tui.flat.markdown import escaped, markdown_text
from tui.flat.written import flat_table

ALL = [
    *(answer(kind) for kind in KEYS),
    session_answer(),
    comparison("periods"),
    comparison("projects"),
    summary(),
]
FIRST_COLUMNS = {
    "hourly": "hour",
    "daily": "date",
    "weekly": "week",
    "monthly": "month",
    "session": "sessionId",
    "blocks": "id",
    "projects": "project",
    "models": "model",
}


def csv_of(asked, **other):
    """Return the lines of an answer's CSV as a program reads them."""
    text = csv_text(flat_table(asked, **other))
    assert text.count("\r\n") == text.count("\n")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def markdown_of(asked, **other):
    """Return the cells of an answer's Markdown table, and what stands below it."""
    zone = other.pop("zone", "UTC")
    table, _, below = markdown_text(flat_table(asked, **other), zone).partition("\n\n")
    lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
    assert len({len(line) for line in lines}) == 1
    return [[cell.strip() for cell in line] for line in lines], below


@pytest.mark.parametrize("kind", KEYS)
def test_csv_names_rows_as_the_json_does_and_ends_with_the_totals(kind):
    lines = csv_of(answer(kind))
    name = FIRST_COLUMNS[kind]
    assert next(iter(lines[0])) == name
    assert lines[-1][name] == "Total"
    assert len(lines) == 3
    assert sum(int(line["totalTokens"]) for line in lines[:-1]) == int(lines[-1]["totalTokens"])
    assert lines[-1]["unpricedModels"] == f"{NOBODY}; unknown"


def test_csv_holds_raw_figures_and_money_to_the_last_digit():
    first, _, total = csv_of(answer("daily"))
    assert (first["date"], first["inputTokens"], first["sessions"]) == ("2026-11-21", "6000", "2")
    assert (first["cacheCreationTokens"], first["cacheCreation1hTokens"]) == ("3240", "240")
    assert (first["totalCost"], total["totalCost"]) == ("0.375000000001", "0.750000000002")
    assert first["modelsUsed"] == f"{OPUS}; {NOBODY}"
    assert total["sessions"] == "3"


def test_csv_times_are_utc_whatever_the_zone():
    gap, active, total = csv_of(answer("blocks", token_limit=1_000_000))
    assert gap["id"] == "gap-2026-11-22T03:00:00.000Z"
    assert (gap["isGap"], gap["actualEndTime"]) == ("true", "")
    assert active["startTime"] == "2026-11-22T11:00:00.000Z"
    assert (active["isActive"], active["limitPercent"]) == ("true", "19.04")
    assert (total["startTime"], total["limitPercent"]) == ("", "")


def test_a_breakdown_adds_a_line_for_each_model_named_as_its_row():
    lines = csv_of(answer("daily"), is_broken_down=True)
    assert [(line["date"], line["model"]) for line in lines[:5]] == [
        ("2026-11-21", ""),
        ("2026-11-21", OPUS),
        ("2026-11-21", NOBODY),
        ("2026-11-21", "unknown"),
        ("2026-11-22", ""),
    ]
    parts = [int(line["totalTokens"]) for line in lines[1:4]]
    assert sum(parts) == int(lines[0]["totalTokens"])
    assert "model" not in csv_of(answer("daily"))[0]


def test_rows_apart_by_project_say_which():
    asked = answer("daily", AnswerRow(row=row("2026-11-22"), directory=ALPHA), by_project=True)
    line, _ = csv_of(asked, aliases={"alpha": "The Alpha"})
    assert (line["project"], line["projectName"]) == (ALPHA, "The Alpha")
    cells, _ = markdown_of(asked, aliases={ALPHA: "The Alpha"})
    assert cells[0][:2] == ["Day", "Project"]
    assert cells[2][:2] == ["2026-11-22", "The Alpha"]


def test_a_months_trend_is_in_percent():
    first, second, _ = csv_of(answer("monthly"))
    assert first["totalTokensPercent"] == ""
    assert (second["totalTokensPercent"], second["totalCostPercent"]) == ("-25.0", "")
    cells, _ = markdown_of(answer("monthly"))
    assert [line[cells[0].index("Change of tokens")] for line in cells[2:]] == ["", "-25%", ""]


def test_a_sessions_responses_have_their_costs_where_known():
    first, second, third, total = csv_of(session_answer())
    assert (first["costUSD"], first["recordedCostUSD"]) == ("0.25", "0.125")
    assert (second["costUSD"], second["agent"], second["isSidechain"]) == ("", "a1b2", "true")
    assert third["model"] == "unknown"
    assert (total["timestamp"], total["costUSD"]) == ("Total", "0.375000000001")


def test_a_comparison_has_three_lines_for_all_and_for_each_model():
    lines = csv_of(comparison("projects"), aliases={ALPHA: "Alpha!"})
    assert [line["side"] for line in lines] == ["left", "right", "change"] * 3
    assert [line["model"] for line in lines[::3]] == ["", OPUS, "unknown"]
    assert (lines[0]["id"], lines[0]["name"]) == (ALPHA, "Alpha!")
    change = lines[2]
    assert (change["totalTokens"], change["totalCost"], change["inputTokens"]) == ("-50", "0.5", "")


def test_a_summary_names_its_sections():
    lines = csv_of(summary())
    found = [(line["section"], line["id"]) for line in lines]
    assert found[:4] == [
        ("period", "2026-11-22"),
        ("period", "2026-11-16"),
        ("period", "2026-11"),
        ("block", "2026-11-22T11:00:00.000Z"),
    ]
    assert found[4:] == [
        ("model", OPUS),
        ("model", NOBODY),
        ("model", "unknown"),
        ("session", SESSION),
    ]
    assert [line["section"] for line in csv_of(summary(is_idle=True))].count("block") == 0


@pytest.mark.parametrize("asked", ALL)
def test_without_cost_no_column_of_money_is_left(asked):
    priced, priceless = flat_table(asked), flat_table(asked, is_without_cost=True)
    gone = {column.name for column in priced.columns} - {each.name for each in priceless.columns}
    assert gone
    assert all("cost" in name.lower() for name in gone)
    assert "cost" not in csv_text(priceless).lower()
    text = markdown_text(priceless, "UTC")
    assert "cost" not in text.lower()
    assert "$" not in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " ="])
def test_a_spreadsheet_finds_no_formula_in_a_name(start):
    asked = answer("session", AnswerRow(row=row(SESSION, label=f'{start}cmd|"/c"!A1')))
    title = csv_of(asked)[0]["title"]
    assert title.startswith("'")
    assert title.endswith('cmd|"/c"!A1')


def test_control_signs_and_line_breaks_reach_neither_file():
    asked = answer("session", AnswerRow(row=row(SESSION, label="a,\x1b[31m\r\n\u202eb")))
    assert csv_of(asked)[0]["title"] == "a,[31m b"
    cells, _ = markdown_of(asked)
    assert cells[2][1] == r"a,\[31m b"


def test_numbers_are_no_formulas():
    assert (csv_cell(-5), csv_cell(-2.5), csv_cell(True), csv_cell(None)) == (-5, -2.5, "true", "")
    assert usd(-PICO // 2) == "-0.5"


def test_markdown_has_figures_as_people_read_them_and_totals_in_bold():
    cells, below = markdown_of(answer("daily"), is_broken_down=True)
    head, marks, first, part = cells[:4]
    assert head[:2] == ["Day", "Models"]
    assert marks[0].startswith(":-")
    assert all(mark.endswith("-:") for mark in marks[2:])
    place = {name: index for index, name in enumerate(head)}
    assert (first[0], first[place["Cache read"]]) == ("2026-11-21", "180,000")
    assert first[place["Models"]] == f"Opus 5.5, {NOBODY}"
    assert (part[0], part[place["Models"]]) == ("", "Opus 5.5")
    assert [line[place["Cost"]] for line in cells[2:6]] == ["$0.38+", "$0.38", "?", "?"]
    last = cells[-1]
    assert (last[0], last[place["Tokens"]], last[1]) == ("**Total**", "**380,880**", "")
    assert below.startswith("\\+ leaves out responses of models without a known price:")
    assert NOBODY in below


def test_markdown_times_are_in_the_zone():
    cells, _ = markdown_of(answer("blocks"), zone="Asia/Kolkata")
    assert cells[3][:5] == ["2026-11-22 16:30", "2026-11-22 21:30", "2026-11-22 17:31", "yes", ""]
    assert (cells[2][4], cells[-1][0]) == ("yes", "**Total**")


def test_with_all_prices_known_nothing_stands_below_the_table():
    asked = answer("daily", AnswerRow(row=row("2026-11-22", figures=figures(), by_model=())))
    cells, below = markdown_of(asked)
    assert below == ""
    assert cells[2][-1] == "$0.13"


@pytest.mark.parametrize("sign", list(r"\`*_{}[]<>()#|~&$^@"))
def test_markup_in_a_name_is_shown_as_it_is(sign):
    asked = answer("session", AnswerRow(row=row(SESSION, label=f"a{sign}b")))
    cells, _ = markdown_of(asked)
    assert cells[2][1] == f"a\\{sign}b"


def test_links_are_not_made_of_names():
    assert escaped("https://a.b www.c.d e.f: g") == r"https\://a.b www\.c.d e.f: g"


def test_cells_of_wide_signs_stand_below_each_other():
    asked = answer("session", AnswerRow(row=row(SESSION, label="データ基盤")))
    lines = markdown_text(flat_table(asked), "UTC").splitlines()
    assert lines[0].index("| Project") == lines[2].index("| alpha") + 5


@pytest.mark.parametrize("asked", ALL)
def test_every_table_is_whole_in_both_forms(asked):
    table = flat_table(asked, is_broken_down=True)
    names = {column.name for column in table.columns}
    assert len(names) == len(table.columns)
    lines = csv_of(asked, is_broken_down=True)
    assert all(set(line) == names for line in lines)
    filled = {name for line in lines for name, cell in line.items() if cell}
    assert len(names - filled) <= 2, names - filled
    cells, _ = markdown_of(asked, is_broken_down=True)
    assert len(cells) == len(lines) + 2


@pytest.mark.parametrize("kind", KEYS)
def test_an_answer_without_rows_has_a_head_and_totals(kind):
    (line,) = csv_of(empty(kind))
    assert (line[FIRST_COLUMNS[kind]], line["totalTokens"], line["totalCost"]) == (
        "Total",
        "0",
        "0",
    )
    cells, below = markdown_of(empty(kind))
    assert (len(cells), cells[2][0], below) == (3, "**Total**", "")


def test_names_of_directories_go_back_as_they_are_and_formulas_do_not_run():
    for text in ("-home-me-shop", "-Users-mika-code-------"):
        assert csv_cell(text) == text
    for text in ("=1+1", "+1", "@SUM(A1)", "-1+cmd|' /C calc'!A0", " -2*SUM(A1)"):
        assert csv_cell(text) == f"'{text}"


def test_the_totals_can_be_left_out():
    table = flat_table(answer("daily"))
    assert table.totals is not None
    kept = table.without_totals()
    assert (kept.totals, kept.lines) == (None, table.lines)
