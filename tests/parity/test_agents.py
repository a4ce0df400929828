"""The table of who counts other agents rightly: our column is the truth, and its form holds."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.figures import FAILS, HOLDS, MISSING
from tests.bench.places import PROJECT
from tests.parity.agent_answers import Answer, ask_ccmon
from tests.parity.agent_samples import Sample, laid_out, traps
from tests.parity.agents import BEGIN, END, NOT_READ, Asked, ask_all, dollars, table, updated
from tests.parity.found_samples import found
from tests.parity.more_traps import more_traps

NOT_MENDED: set[str] = set()
"""Found cases that ccmon reads wrongly still: whoever mends one takes it out."""

NAMES = ("ccmon", "ccusage daily", "ccusage session", "tokscale")
CELL = re.compile(
    rf"{HOLDS} \$?[\d,.]+|{FAILS} \$?[\d,.]+ \([+-]\$?[\d,.]+\)|{NOT_READ}|{MISSING}|"
)


def assert_well_formed(text: str) -> None:
    head, rule, *lines = text.splitlines()
    assert head == f"| what is read | truly | {' | '.join(NAMES)} |"
    assert set(rule) <= {"|", "-", " "}
    assert lines
    for line in lines:
        name, truly, *cells = (cell.strip() for cell in line[1:-1].split("|"))
        assert len(cells) == len(NAMES)
        assert truly.startswith("$") == (not name)
        for cell in cells:
            assert CELL.fullmatch(cell), cell
            if cell.startswith(HOLDS):
                assert cell == f"{HOLDS} {truly}"
            elif cell.startswith(FAILS):
                assert cell.split()[1] != truly


def assert_right(sample: Sample) -> None:
    (asked,) = ask_all([sample], {"ccmon": ask_ccmon})
    assert asked.is_ours_right, asked.answers
    line, *_ = table([asked], ["ccmon"]).splitlines()[2:]
    said = f"{HOLDS} {sample.tokens:,}" if asked.answers["ccmon"] else NOT_READ
    assert line == f"| {sample.name} | {sample.tokens:,} | {said} |"


def test_our_column_is_the_truth_of_the_samples(shared: Path) -> None:
    samples = list(laid_out(shared / "data" / "agents"))
    assert [each.tokens for each in samples] == [7_905, 11_270, 16_770, 7_480, 7_240, 22_380]
    assert [each.cost for each in samples][:4] == [0.025444, 0.0142975, None, 0.0155775]
    for sample in samples:
        assert_right(sample)


@pytest.mark.parametrize("sample", [*traps(), *more_traps()], ids=lambda each: each.agent)
def test_no_trap_catches_us(sample: Sample) -> None:
    assert_right(sample)


def test_found_cases_are_right_but_for_those_not_mended(shared: Path) -> None:
    samples = list(found(shared / "cases" / "found"))
    assert len(samples) == 15
    wrong = {
        each.sample.name
        for each in ask_all(samples, {"ccmon": ask_ccmon})
        if not each.is_ours_right
    }
    assert wrong == NOT_MENDED


def test_the_table_says_who_is_right_and_by_how_much_others_are_off() -> None:
    sample = replace(traps()[0], name="a fork", tokens=1_000, cost=0.5)
    right, wrong = Answer(1_000, 0.5), Answer(3_500, 0.25)
    unread = replace(sample, name="another", cost=None)
    made = table(
        [
            Asked(sample, dict(zip(NAMES, (right, wrong, MISSING, None), strict=True))),
            Asked(unread, dict(zip(NAMES, (None, right, right, Answer(0, 0.0)), strict=True))),
        ],
        NAMES,
    )
    assert made.splitlines()[2:] == [
        "| a fork | 1,000 | ✓ 1,000 | ✗ 3,500 (+2,500) | missing | not read |",
        "|  | $0.50 | ✓ $0.50 | ✗ $0.25 (-$0.25) |  |  |",
        "| another | 1,000 | not read | ✓ 1,000 | ✓ 1,000 | ✗ 0 (-1,000) |",
    ]
    assert_well_formed(made)
    assert dollars(1_234.54) == "$1,234.54"
    assert not Asked(sample, {"ccmon": Answer(1_000, 0.51)}).is_ours_right
    assert not Asked(sample, {"ccmon": wrong}).is_ours_right


def test_the_page_has_the_table_that_the_command_makes() -> None:
    text = (PROJECT / "tests" / "parity" / "README.md").read_text("utf-8")
    _, _, rest = text.partition(BEGIN)
    part, found, _ = rest.partition(END)
    assert found
    beside, _, made = part.partition("\n\n")
    assert re.fullmatch(r"Beside ccusage 20[\d.]+, tokscale 4[\d.]+\.", beside)
    assert_well_formed(made)
    wrong, name = set(), ""
    for line in made.splitlines()[2:]:
        named, _, ours, *_ = line[2:].split(" | ")
        name = named.strip() or name
        if ours.startswith(FAILS):
            wrong.add(name)
        else:
            assert ours.startswith((HOLDS, NOT_READ)) or not ours
    assert wrong == NOT_MENDED
    versions = dict(named.split() for named in beside[7:-1].split(", "))
    assert updated(text, made, versions) == text
