from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.agents.base import Place, Told, UnknownStore
from engine.agents.opened import open_read_only
from engine.agents.zed import AGENT
from tests.agents.made_more import DAY, zed, zed_counts
from tests.agents.reading import merged
from tests.agents.writers import create
from tests.conftest import NOW
from tests.made_lines import MINUTE

PATH = "threads/threads.db"


def read(root: Path, state: bytes = b"") -> tuple[Told, bytes]:
    told = Told("zed")
    with closing(open_read_only(str(root / PATH))) as connection:
        state = AGENT.database(connection, Place(str(root), PATH, NOW), state, told)
    return told, state


def whole(*counts: int) -> dict[str, Any]:
    return {"cumulative_token_usage": zed_counts(*counts)}


@pytest.mark.parametrize("is_packed", [True, False])
def test_the_sum_over_all_requests_holds_not_that_of_the_last(
    tmp_path: Path, is_packed: bool
) -> None:
    usage = {**whole(400, 60, 30, 5), "request_token_usage": {"u1": zed_counts(100, 20)}}
    zed(tmp_path / PATH, "t1", usage, is_packed=is_packed)
    ((_, response),) = read(tmp_path)[0].sightings
    tokens = response.tokens
    assert (tokens.input, tokens.output, tokens.cache_read, tokens.cache_write) == (400, 60, 30, 5)
    assert (response.model, response.provider) == ("claude-sonnet-4-5", "zed.dev")
    assert (response.project, response.time) == ("-home-u-alpha", DAY)


@pytest.mark.parametrize(
    "requests",
    [
        {"u1": zed_counts(100, 20, 3), "u2": zed_counts(50, 5)},
        [zed_counts(100, 20, 3), zed_counts(50, 5)],
    ],
)
def test_a_thread_without_a_sum_has_those_of_its_prompts(tmp_path: Path, requests: Any) -> None:
    zed(tmp_path / PATH, "t1", {"request_token_usage": requests, **whole(0, 0)})
    ((_, response),) = read(tmp_path)[0].sightings
    assert response.tokens.total == 178


def test_a_thread_that_grows_is_booked_when_it_was_written(tmp_path: Path) -> None:
    zed(tmp_path / PATH, "t1", whole(100, 20))
    zed(tmp_path / PATH, "t2", whole(7, 1), parent_id="t1")
    first, state = read(tmp_path)
    again, state = read(tmp_path, state)
    zed(tmp_path / PATH, "t1", whole(150, 30, 9), updated_at="2026-05-01T11:00:00Z")
    grown, state = read(tmp_path, state)
    last, _ = read(tmp_path, state)
    assert [each.tokens.total for _, each in first.sightings] == [120, 8]
    assert [each.is_sidechain for _, each in first.sightings] == [False, True]
    assert not again.sightings
    assert [(each.time, each.tokens.total) for _, each in grown.sightings] == [
        (DAY + 60 * MINUTE, 69)
    ]
    assert not last.sightings
    every = merged(first.sightings + grown.sightings).values()
    assert sum(each.tokens.total for each in every) == 189 + 8


def test_what_came_from_another_machine_was_used_there(tmp_path: Path) -> None:
    zed(tmp_path / PATH, "t1", {**whole(100, 20), "imported": True})
    assert not read(tmp_path)[0].sightings


def test_a_thread_that_cannot_be_read_costs_no_other_anything(tmp_path: Path) -> None:
    zed(tmp_path / PATH, "t1", whole(100, 20))
    zed(tmp_path / PATH, "t2", whole(5, 1))
    with closing(create(tmp_path / PATH, ())) as connection:
        connection.execute("UPDATE threads SET data = x'28b52ffd00' WHERE id = 't1'")
        connection.execute("UPDATE threads SET data_type = 'lz4' WHERE id = 't1'")
    told, state = read(tmp_path)
    assert [each.session for _, each in told.sightings] == ["t2"]
    assert told.problems == [(1, "a thread kept as lz4")]
    zed(tmp_path / PATH, "t1", whole(100, 20))
    assert [each.session for _, each in read(tmp_path, state)[0].sightings] == ["t1"]


def test_an_unknown_store_is_said_in_a_sentence(tmp_path: Path) -> None:
    create(tmp_path / PATH, ("CREATE TABLE threads(id)",)).close()
    with pytest.raises(UnknownStore, match="has no threads"):
        read(tmp_path)
