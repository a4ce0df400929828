from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from engine.agents.aider import AGENT
from tests.agents.reading import read_home

FILE = ".aider.chat.history.md"
HISTORY = """
# aider chat started at 2026-05-01 10:00:00

> Aider v0.86.0
> Main model: claude-sonnet-4-5 with diff edit format, infinite output
> Weak model: claude-haiku-4-5

#### what is this?

It prints what it used, such as

Tokens: 9k sent, 9k received. Cost: $9.00 message, $9.00 session.

> Tokens: 2.1k sent, 233 received. Cost: $0.04 message, $0.04 session.

#### and this?

> Tokens: 4.5k sent, 1k cache write, 2.5k cache hit, 1,050 received.
> Cost: $0.0061 message, $0.05 session.

# aider chat started at 2026-05-02 09:30:00

> Model: deepseek/deepseek-chat with whole edit format
> Tokens: 800 sent, 12 received.
> Commit 1234567 Cost: $5 message
"""


@pytest.mark.parametrize("pieces", [None, (1,), (5, 2)])
def test_what_each_message_used_is_told_as_it_was_printed(
    tmp_path: Path, pieces: tuple[int, ...] | None
) -> None:
    (tmp_path / FILE).write_text(HISTORY)
    responses = sorted(
        read_home(AGENT, tmp_path, pieces).values(), key=lambda each: (each.time, each.output)
    )
    first, second, third = responses
    assert (first.input, first.output, first.recorded) == (2_100, 233, 40_000_000_000)
    tokens = second.tokens
    assert (tokens.input, tokens.cache_write, tokens.cache_read) == (1_000, 1_000, 2_500)
    assert (tokens.output, second.recorded) == (1_050, 6_100_000_000)
    assert (third.total, third.recorded, third.model) == (812, None, "deepseek/deepseek-chat")
    assert {first.model, second.model} == {"claude-sonnet-4-5"}
    assert first.time == datetime(2026, 5, 1, 10).timestamp() * 1000
    assert first.session != third.session


def test_copies_of_a_history_count_once(tmp_path: Path) -> None:
    totals = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / FILE).write_text(HISTORY)
        totals.append(set(read_home(AGENT, tmp_path / name)))
    assert totals[0] == totals[1]


def test_more_cache_than_was_sent_is_beside_it(tmp_path: Path) -> None:
    start = "# aider chat started at 2026-05-01 10:00:00\n"
    (tmp_path / FILE).write_text(f"{start}> Tokens: 12 sent, 3k cache hit, 40 received.\n")
    (response,) = read_home(AGENT, tmp_path).values()
    assert (response.input, response.cache_read, response.output) == (12, 3_000, 40)
