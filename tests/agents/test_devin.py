from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from engine.agents.base import Place, Told, UnknownStore
from engine.agents.devin import AGENT
from engine.agents.opened import open_read_only
from tests.agents.made_more import DAY, devin
from tests.agents.reading import merged, read_home
from tests.agents.writers import create
from tests.conftest import NOW

PATH = "sessions.db"
COUNTS = (67, 103, 32_256, 10)


def read(root: Path, state: bytes = b"") -> tuple[Told, bytes]:
    told = Told("devin")
    with closing(open_read_only(str(root / PATH))) as connection:
        state = AGENT.database(connection, Place(str(root), PATH, NOW), state, told)
    return told, state


def test_rows_of_one_request_are_one_response(tmp_path: Path) -> None:
    rows = [("s1", "r1", COUNTS), ("s1", "r1", COUNTS), ("s2", "r1", COUNTS), ("s2", "r2", COUNTS)]
    devin(tmp_path / PATH, rows)
    responses = read_home(AGENT, tmp_path)
    assert len(responses) == 2
    first = next(iter(responses.values()))
    tokens = first.tokens
    assert (tokens.input, tokens.output, tokens.cache_read, tokens.cache_write) == COUNTS
    assert (first.model, first.project, first.time) == ("glm-5.2", "-home-u-alpha", DAY)


def test_a_database_that_grows_is_read_on_row_by_row(tmp_path: Path) -> None:
    state, sightings = b"", []
    for step in range(5):
        devin(tmp_path / PATH, [("s1", f"r{step}", (1, 1, 1, 1))] * 2)
        told, state = read(tmp_path, state)
        assert len(told.sightings) == 2
        sightings += told.sightings
    assert len(merged(sightings)) == 5


def test_other_messages_tell_nothing_and_broken_ones_are_told(tmp_path: Path) -> None:
    devin(tmp_path / PATH, [("s1", "r1", COUNTS)])
    with closing(create(tmp_path / PATH, ())) as connection:
        for text in ('{"role": "user", "metadata": {"metrics": {"input_tokens": 1}}}', "{"):
            connection.execute(
                "INSERT INTO message_nodes(session_id, node_id, chat_message, created_at) "
                "VALUES('s1', 2, ?, 0)",
                (text,),
            )
    told, _ = read(tmp_path)
    assert len(told.sightings) == 1
    assert [row for row, _ in told.problems] == [3]


def test_an_unknown_store_is_said_in_a_sentence(tmp_path: Path) -> None:
    create(tmp_path / PATH, ("CREATE TABLE message_nodes(id)",)).close()
    with pytest.raises(UnknownStore, match="has no messages"):
        read(tmp_path)
