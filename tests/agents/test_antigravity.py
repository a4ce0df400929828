from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.antigravity import AGENT
from engine.agents.base import Place, Told, UnknownStore
from engine.agents.opened import open_read_only
from engine.agents.protobuf import fields, nested, number
from tests.agents.made_more import (
    DAY,
    antigravity,
    antigravity_step,
    generation,
    generation_usage,
    message,
    put,
)
from tests.agents.reading import merged, read_home
from tests.agents.writers import create
from tests.conftest import NOW

PATH = "conversations/conversation.db"


def read(root: Path, state: bytes = b"") -> tuple[Told, bytes]:
    told = Told("antigravity")
    with closing(open_read_only(str(root / PATH))) as connection:
        state = AGENT.database(connection, Place(str(root), PATH, NOW), state, told)
    return told, state


def test_a_generation_has_its_input_beside_the_cache_and_no_number_of_a_model(
    tmp_path: Path,
) -> None:
    antigravity(tmp_path / PATH, generation("r1"), generation("r1"), generation("r2"))
    responses = list(read_home(AGENT, tmp_path).values())
    assert len(responses) == 2
    tokens = responses[0].tokens
    assert (tokens.input, tokens.output, tokens.cache_read, tokens.cache_write) == (100, 25, 300, 0)
    assert (responses[0].reasoning, responses[0].model) == (5, "gemini-3.1-pro-preview")
    assert (responses[0].session, responses[0].project) == ("conversation", "-home-u-al-pha")
    assert responses[0].time == DAY


def test_a_generation_goes_by_its_title_else_by_its_name_else_by_its_number(
    tmp_path: Path,
) -> None:
    antigravity(
        tmp_path / PATH,
        generation("a", model="", title=""),
        generation("b", model="gemini-pro-default", title="Gemini 3.1 Pro (High)"),
        generation("c", model="", title="Claude Sonnet 4.6 (Thinking)"),
        generation("d", model="gemini-default", title="Auto"),
        generation("e", model="tab-flash", title="(unnamed)"),
        generation("f", model="", title=""),
    )
    models = {key.split("\n")[1]: each.model for key, each in read_home(AGENT, tmp_path).items()}
    assert models == {
        "a": "MODEL_PLACEHOLDER_M132",
        "b": "gemini-3.1-pro-preview",
        "c": "claude-sonnet-4.6",
        "d": "MODEL_PLACEHOLDER_M132",
        "e": "tab-flash",
        "f": "MODEL_PLACEHOLDER_M132",
    }


def test_what_has_no_time_is_of_when_the_conversation_was_begun(tmp_path: Path) -> None:
    antigravity(tmp_path / PATH, generation("a", seconds=0))
    ((response,),) = (read_home(AGENT, tmp_path).values(),)
    assert response.time == DAY


def test_a_step_says_when_and_tells_of_calls_beside_the_conversation(tmp_path: Path) -> None:
    antigravity(tmp_path / PATH, generation("a", seconds=0))
    seconds = DAY // 1000 + 60
    antigravity_step(tmp_path / PATH, 3, generation_usage("a", (100, 20, 5, 300)), seconds)
    beside = generation_usage("title", (46, 5, 0, 0), 1050)
    antigravity_step(tmp_path / PATH, 4, beside, seconds, kind=23)
    antigravity_step(tmp_path / PATH, 5, generation_usage("b", (1, 1, 0, 0)), seconds)
    told = read_home(AGENT, tmp_path)
    models = {key.split("\n")[1]: (each.model, each.total) for key, each in told.items()}
    assert models == {
        "a": ("gemini-3.1-pro-preview", 425),
        "title": ("MODEL_PLACEHOLDER_M50", 51),
    }
    assert {each.time for each in told.values()} == {seconds * 1000}


def test_a_conversation_that_grows_is_read_on(tmp_path: Path) -> None:
    state, sightings = b"", []
    for step in range(40):
        antigravity(tmp_path / PATH, generation(f"r{step}", (step + 1, 1, 0, 0)))
        antigravity_step(tmp_path / PATH, step, generation_usage(f"r{step}", (step + 1, 1, 0, 0)))
        told, state = read(tmp_path, state)
        sightings += told.sightings
    whole = sum(range(1, 41)) + 40
    assert sum(each.tokens.total for each in merged(sightings).values()) == whole
    assert sum(each.tokens.total for each in read_home(AGENT, tmp_path).values()) == whole
    with closing(create(tmp_path / PATH, ())) as connection:
        put(connection, "gen_metadata", idx=39, data=generation("r39", (40, 5, 0, 0)))
    told, _ = read(tmp_path, state)
    assert sum(each.tokens.total for each in merged(sightings + told.sightings).values()) == (
        whole + 4
    )


def test_an_unknown_store_is_said_in_a_sentence(tmp_path: Path) -> None:
    create(tmp_path / PATH, ("CREATE TABLE steps(idx)",)).close()
    with pytest.raises(UnknownStore, match="has no generations"):
        read(tmp_path)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_of_some_fields_or_none(data: bytes) -> None:
    for field, value in fields(data):
        assert field >= 0
        assert isinstance(value, int | bytes)
    assert number(data, 1) >= 0
    assert isinstance(nested(data, 1, 4), bytes)


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 2**63) | st.binary(max_size=9))))
def test_fields_are_read_as_they_were_written(written: list[tuple[int, int | bytes]]) -> None:
    whole = message(*written)
    assert list(fields(whole)) == written
    for cut in range(len(whole)):
        read = list(fields(whole[:cut]))
        assert read == written[: len(read)]
