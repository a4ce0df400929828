"""The tables and pages of reports: they fit, their figures stand in line, nothing steers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from engine.domain.questions import Answer
from engine.domain.reports import Figures
from tests.tui.answer_samples import (
    KINDS,
    OPUS,
    UNKNOWN,
    answer,
    answers,
    blocks_answer,
    comparison,
    figures,
    monthly_answer,
    row,
    session_answer,
    summary,
)
from tui.tables.block_table import active_block_lines, block_lines
from tui.tables.comparison import comparison_lines
from tui.tables.look import Look
from tui.tables.session_page import session_lines
from tui.tables.summary_page import summary_lines
from tui.tables.title import title_of
from tui.tables.usage_table import usage_lines
from tui.words.lines import Line, clipped, facts, line, names_within, paragraph, text_of

WIDTHS = (40, 60, 80, 100, 120, 200)
WIDE = Look(width=200)


def texts(lines: list[Line]) -> list[str]:
    return [text_of(each) for each in lines]


def table(of: Answer, look: Look, is_broken_down: bool = False) -> list[str]:
    show = block_lines if of.question.kind == "blocks" else usage_lines
    return texts(show(of, look, is_broken_down))


def row_of(lines: list[str], name: str) -> list[str]:
    """Return the words of the one line that begins with a name."""
    found = [each for each in lines if each.startswith(name)]
    assert len(found) == 1, lines
    return found[0].split()


@given(
    answers(),
    st.sampled_from(WIDTHS) | st.integers(20, 40),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_no_table_is_wider_than_its_terminal_and_no_name_steers_it(
    any_answer: Answer, width: int, is_broken_down: bool, has_cost: bool, is_compact: bool
) -> None:
    look = Look(width=width, has_cost=has_cost, is_compact=is_compact)
    lines = table(any_answer, look, is_broken_down)
    lines += texts(active_block_lines(any_answer, look))
    lines.append(text_of(title_of(any_answer.question, any_answer.zone, width)))
    for each in lines:
        assert cell_len(each) <= width
        assert each.isprintable()


@pytest.mark.parametrize("kind", KINDS)
def test_no_figure_or_period_is_cut_at_any_usual_width(kind: str) -> None:
    large = figures(9_000, (OPUS, "a-model-with-a-very-long-name-of-some-vendor"), unpriced=("x",))
    label = {"hourly": "Sun 22 Nov 14:00", "weekly": "16 Nov to 22 Nov 2025"}.get(kind, "")
    rows = [row("2026-11-16", 2, label=label), row("2026-11-23", figures=large, label=label)]
    if kind == "blocks":
        rows = list(blocks_answer().rows)
    asked = answer(kind, rows, token_limit=10**9)
    for width in range(40, 201):
        look = Look(width=width, projects={"2026-11-16": "one", "2026-11-23": "two"})
        for each in table(asked, look, kind not in ("projects", "models")):
            assert not re.search(r"\d…", each), each


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits(width: int) -> None:
    look = Look(width=width, projects={"alpha-api": "a project with a name " * 9})
    pages = (
        session_lines(session_answer(), look),
        comparison_lines(comparison(), look),
        comparison_lines(comparison("projects"), look),
        summary_lines(summary(), look),
        summary_lines(summary(has_block=False), look),
    )
    for page in pages:
        assert page
        assert all(cell_len(text_of(each)) <= width for each in page)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_last_line_sums_all_rows_in_every_layout(kind: str, width: int) -> None:
    rows = [row(f"2026-11-0{number}", number) for number in range(1, 4)]
    lines = table(answer(kind, rows), Look(width=width))
    words = row_of(lines, "Total")
    whole = figures(6).tokens.total
    assert {"570k", f"{whole:,}"} & set(words)
    assert "$0.75" in words
    assert set(lines[lines.index(next(each for each in lines if "Total" in each)) - 1]) == {"─"}


def test_a_wide_table_has_exact_figures_and_every_column() -> None:
    lines = table(answer("daily", [row("2026-11-22", 3, label="Sun 22 Nov")]), WIDE)
    assert " ".join(lines[0].split()) == (
        "Day Models Input Output Cache write Cache read Tokens Cost Sessions Responses"
    )
    assert " ".join(lines[2].split()) == (
        "Sun 22 Nov Opus 5.5, Sonnet 4.5 33 3,009 12,024 270,051 285,117 $0.38"
        " ████████████████████████ 3 3"
    )


def test_narrower_tables_give_up_bars_then_counts_then_digits_then_caches() -> None:
    days = answer("daily", [row("2026-11-22", 300, label="Sun 22 Nov")])
    titles = {width: table(days, Look(width=width))[0].split() for width in WIDTHS}
    assert "Sessions" in titles[120]
    assert "Sess." not in titles[80]
    assert "Cache" in titles[60]
    assert "Models" in titles[60]
    assert titles[40] == ["Day", "Input", "Output", "Tokens", "Cost"]
    assert "█" not in "".join(table(days, Look(width=100)))


def test_compact_is_the_narrow_table_on_any_terminal() -> None:
    days = answer("daily", [row("2026-11-22", 300, label="Sun 22 Nov")])
    compact = table(days, Look(width=200, is_compact=True))
    assert compact == table(days, Look(width=80))
    assert compact != table(days, WIDE)


def test_figures_stand_in_line_under_their_titles() -> None:
    rows = [row("2026-11-21", 1), row("2026-11-22", 3_000, figures=figures(3_000, unpriced=("x",)))]
    title, _, *lines = table(answer("daily", rows), Look(width=120))
    end = title.index("Tokens") + len("Tokens")
    assert [each[:end].split()[-1] for each in (*lines[:2], lines[3])] == [
        "95,039",
        "285,117,000",
        "285,212,039",
    ]
    cents = {each.index("$") + each[each.index("$") :].index(".") for each in lines if "$" in each}
    assert len(cents) == 1


def test_costs_that_leave_something_out_are_marked_and_the_models_named() -> None:
    known = row("2026-11-21", 2)
    marked = row("2026-11-22", figures=figures(1, unpriced=(UNKNOWN, "bad\x1b]0;name")))
    lines = table(answer("daily", [known, marked]), WIDE)
    assert "$0.12+" in row_of(lines, "2026-11-22")
    assert "$0.38+" in row_of(lines, "Total")
    assert "$0.25" in row_of(lines, "2026-11-21")
    note = "+ leaves out responses of models without a known price: bad]0;name, lighthouse-32b"
    assert lines[-1] == note


def test_a_cost_that_is_not_known_at_all_is_a_question_mark() -> None:
    lines = table(
        answer("models", [row(UNKNOWN, figures=figures(1, cost=0, unpriced=(UNKNOWN,)))]), WIDE
    )
    assert row_of(lines, UNKNOWN).count("?") == 2
    assert "$0.00" not in "".join(lines)


def test_without_cost_no_money_is_named() -> None:
    look = Look(width=200, has_cost=False)
    pages = (
        usage_lines(monthly_answer(), look, True),
        block_lines(blocks_answer(), look, True),
        active_block_lines(blocks_answer(), look),
        session_lines(session_answer(), look),
        comparison_lines(comparison(), look),
        summary_lines(summary(), look),
    )
    for page in pages:
        text = "\n".join(texts(page))
        assert "$" not in text
        assert "cost" not in text.casefold()
        assert "price" not in text


def test_a_breakdown_adds_one_indented_line_for_each_model() -> None:
    lines = table(answer("daily", [row("2026-11-21", 1), row("2026-11-22", 2)]), WIDE, True)
    names = [each[:14].rstrip() for each in lines[2:8]]
    assert names == [
        "2026-11-21",
        "  Opus 5.5",
        "  Sonnet 4.5",
        "2026-11-22",
        "  Opus 5.5",
        "  Sonnet 4.5",
    ]


def test_each_project_has_one_heading_above_all_its_days() -> None:
    rows = [
        row(f"2026-11-2{day}", project=name, directory=f"-home-{name}")
        for day in (1, 2)
        for name in ("alpha", "beta")
    ]
    look = Look(width=120, projects={"-home-beta": "The [b]eta"})
    lines = table(answer("daily", rows, by_project=True), look)
    assert lines.count("alpha") == lines.count("The [b]eta") == 1
    place = lines.index("The [b]eta")
    assert lines[place - 1] == ""
    assert [each[:10] for each in lines[place + 1 : place + 3]] == ["2026-11-21", "2026-11-22"]


def test_names_given_by_the_user_replace_those_of_projects_and_models() -> None:
    look = Look(width=200, projects={"alpha": "Shop"}, models={OPUS: "the large one"})
    rows = [row("-home-me-alpha", label="alpha"), row("-home-me-beta", label="beta")]
    lines = table(answer("projects", rows), look)
    assert [each.split()[0] for each in lines[2:4]] == ["Shop", "beta"]
    assert all("the large one, Sonnet 4.5" in each for each in lines[2:4])


def test_a_months_change_is_named_and_held_against_the_same_days() -> None:
    lines = table(monthly_answer(), WIDE)
    assert "+17%" in row_of(lines, "Nov 2026")
    assert not any("%" in each for each in lines if each.startswith("Oct 2026"))
    note = "Change: cost against the month before; Nov 2026 against the same days of it"
    assert lines[-1] == note


def test_sessions_are_named_by_a_short_id_a_title_and_their_project() -> None:
    rows = [
        row("0a4ff78d-1111-4111-8111-111111111111", label="Fix it", project="alpha"),
        row("my-own-session", 2, project="beta"),
    ]
    lines = table(answer("session", rows), WIDE)
    assert lines[0].split()[:4] == ["Session", "Title", "Project", "Models"]
    assert lines[2].startswith("0a4ff78d ")
    assert "Fix it" in lines[2]
    assert "2026-11-22 13:35" in lines[2]
    assert lines[3].startswith("my-own-sess… ")
    assert "Title" not in table(answer("session", rows[1:]), WIDE)[0]


def test_blocks_name_times_of_the_zone_gaps_and_the_active_one() -> None:
    lines = table(replace(blocks_answer(), zone="Asia/Kolkata"), WIDE)
    assert lines[2].startswith("2026-11-21 19:30  00:30 ")
    assert lines[3] == "2026-11-22 00:30  no use for 5h 00m"
    assert lines[4].startswith("2026-11-22 17:30  22:30  active, 2h 55m left")
    assert lines[5].split() == ["left", "of", "the", "limit", "114,883", "29%"]
    assert lines[6].split() == ["at", "its", "end", "1,044,142", "261%", "$1.46"]
    assert "Limit: 400,000 tokens" in lines
    assert any("3,742 tokens a minute · $0.31 an hour" in each for each in lines)


def test_without_a_limit_blocks_are_measured_against_none() -> None:
    lines = table(blocks_answer(limit=None), WIDE)
    assert not any("imit" in each for each in lines)
    assert not any("%" in each for each in lines)


def test_the_active_block_has_a_page() -> None:
    told = dict(
        re.split(r" {2,}", each, maxsplit=1)
        for each in texts(active_block_lines(blocks_answer(), WIDE))
    )
    assert told["Block"] == "2026-11-22 12:00 to 17:00 UTC"
    assert told["Left"] == "2h 55m; it began 2h ago"
    assert told["Used"] == "285,117 tokens · $0.38"
    assert told["At its end"] == "1,044,142 tokens · $1.46 if this rate goes on"
    assert told["Limit"] == (
        "400,000 tokens · 71% used · 114,883 left · 261% at its end: over the limit"
    )


def test_without_an_active_block_its_page_says_so() -> None:
    assert texts(active_block_lines(answer("blocks", []), WIDE)) == ["No block is active."]


def test_a_sessions_page_has_its_facts_models_and_every_response() -> None:
    lines = texts(session_lines(session_answer(count=50), Look(width=100)))
    assert lines[0] == "Session    0a4ff78d-1111-4111-8111-111111111111"
    assert lines[1] == "Title      Fix the flaky test"
    assert row_of(lines, "Total")[-1] == "$0.50+"
    times = [each[:19] for each in lines if re.match(r"2026-11-22 1\d:\d\d:\d\d ", each)]
    assert len(times) == 50
    assert times == sorted(times)
    assert sum(each.endswith(" ?") for each in lines) == 16


def test_a_comparison_shows_both_sides_and_the_change() -> None:
    lines = texts(comparison_lines(comparison(), WIDE))
    assert lines[0].split() == ["Oct", "2026", "Nov", "2026", "Change"]
    assert row_of(lines, "Cost  ") == ["Cost", "$0.25", "$0.38", "+$0.12", "+50%"]
    assert row_of(lines, "Tokens  ") == ["Tokens", "190,078", "285,117", "+95,039", "+50%"]
    unknown = [each.split() for each in lines if each.startswith(UNKNOWN)]
    assert unknown == [[UNKNOWN, "$0.00", "$0.00", "same"], [UNKNOWN, "0", "0", "same"]]


def test_a_narrow_comparison_cuts_titles_and_no_figure() -> None:
    sides = comparison()
    label = "16 Nov to 22 Nov 2026 and then some"
    sides = replace(sides, left=row("x", 2, label=label), right=row("y", 3, label=label))
    lines = texts(comparison_lines(sides, Look(width=40)))
    assert row_of(lines, "Tokens  ")[1:3] == ["190k", "285k"]
    assert row_of(lines, "Cost  ")[1:3] == ["$0.25", "$0.38"]
    assert "…" in lines[0]


def test_a_summary_says_whether_a_block_is_active() -> None:
    lines = texts(summary_lines(summary(), WIDE))
    assert any("12:05 to 17:05 (estimated) · 3h 00m left" in each for each in lines)
    assert row_of(lines, "Today  ")[1] == "11"
    assert "No block is active." in texts(summary_lines(summary(has_block=False), WIDE))


def test_a_title_says_what_a_report_is_narrowed_to() -> None:
    asked = blocks_answer().question
    asked = replace(asked, block_length=3 * 3_600_000, is_recent_only=True, top=3)
    asked = replace(asked, selection=replace(asked.selection, project="[b]", mode="display"))
    assert text_of(title_of(asked, "UTC", 200)) == (
        "Blocks · of 3h 00m · the last three days · the most expensive 3 · project [b]"
        " · recorded costs only · UTC"
    )


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (30, "Opus, Sonnet, Haiku"),
        (18, "Opus, Sonnet +1"),
        (14, "Opus +2"),
        (6, "Op… +2"),
        (2, "O…"),
    ],
)
def test_lists_of_names_end_in_how_many_more(cells: int, shown: str) -> None:
    assert names_within(("Opus", "Sonnet", "Haiku"), cells) == shown


def test_long_facts_go_on_below_themselves() -> None:
    lines = texts(facts((("Limit", "one two three four"), ("None", "")), 14))
    assert lines == ["Limit  one two", "       three", "       four"]


@given(st.text(max_size=60), st.integers(1, 30))
def test_paragraphs_and_cut_lines_never_exceed_a_width(text: str, width: int) -> None:
    for each in (*paragraph(text, width), clipped(line("a" * 9 + "データ" * 5), width)):
        assert cell_len(text_of(each)) <= width


def test_a_row_of_nothing_is_drawn() -> None:
    lines = table(answer("daily", [row("2026-11-22", figures=Figures(), by_model=())]), WIDE)
    assert "$0.00" in row_of(lines, "2026-11-22")
