"""Gemini CLI: every message that ever had counts, once, whichever file it stands in."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.agents.gemini import AGENT, kind_of
from engine.domain.responses import Sighting
from tests.agents.made_gemini import CHAT, head, message, write
from tests.agents.reading import merged, read_home, tell_home
from tests.made_lines import moment


def total(responses: dict[str, Sighting]) -> int:
    return sum(each.tokens.total for each in responses.values())


def test_the_sample_home_gives_its_total(shared: Path) -> None:
    home = shared / "data/agents/gemini/.gemini"
    responses = read_home(AGENT, home)
    assert total(responses) == 7_240
    assert sum(each.reasoning for each in responses.values()) == 75
    assert sum(each.tokens.output for each in responses.values()) == 445 + 75
    assert sum(each.tokens.input for each in responses.values()) == 4_520
    assert sum(each.tokens.cache_read for each in responses.values()) == 2_200
    assert read_home(AGENT, home, [1]) == read_home(AGENT, home, [2, 3]) == responses
    of_sub_agent = {each.agent: each for each in responses.values()}["sub-1"]
    assert (of_sub_agent.session, of_sub_agent.is_sidechain) == ("gs-2", True)
    assert of_sub_agent.project == "-home-u-beta"


def test_kinds_of_tokens_are_disjoint(tmp_path: Path) -> None:
    one = message("g", input=1_000, output=100, cached=400, thoughts=50, tool=30, total=1_180)
    write(tmp_path, f"{CHAT}.jsonl", head(), one)
    (found,) = read_home(AGENT, tmp_path).values()
    assert (found.tokens.input, found.tokens.cache_read, found.tokens.output) == (630, 400, 150)
    assert (found.reasoning, found.tokens.total, found.model) == (50, 1_180, "gemini-2.5-pro")
    assert (found.time, found.session) == (moment("2026-05-01T10:00"), "s1")


def test_the_old_form_and_its_resumed_twin_are_one_chat(tmp_path: Path) -> None:
    first, second = message("a", 1, input=10, output=1), message("b", 2, input=20, output=2)
    old = write(tmp_path, f"{CHAT}.json", {**head(), "messages": [first, second]})
    alone = read_home(AGENT, tmp_path)
    assert total(alone) == 33
    third = message("c", 3, input=40, output=4)
    write(tmp_path, f"{CHAT}.jsonl", head(), first, second, third)
    both = read_home(AGENT, tmp_path)
    assert total(both) == 77
    assert {key: both[key] for key in alone} == alone
    old.unlink()
    assert read_home(AGENT, tmp_path) == both


def test_a_message_that_is_filled_in_replaces_itself(tmp_path: Path) -> None:
    records = [
        head(),
        message("a"),
        message("a", input=10, output=1),
        message("a", input=10, output=5, thoughts=2),
        {"$set": {"messages": [message("a"), message("z", input=900, output=9)]}},
        {"$rewindTo": "a"},
        head(kind="main"),
        message("b", 2, input=7, output=1),
    ]
    for end, expected in ((2, 0), (3, 11), (4, 17), (6, 17), (8, 25)):
        write(tmp_path, f"{CHAT}.jsonl", *records[:end])
        assert total(read_home(AGENT, tmp_path)) == expected


def test_the_same_message_of_another_session_is_another_response(tmp_path: Path) -> None:
    one = message("1", input=10, output=1)
    write(tmp_path, f"{CHAT}.jsonl", head("s1"), one)
    write(tmp_path, f"{CHAT}2.jsonl", head("s2"), one)
    assert total(read_home(AGENT, tmp_path)) == 22


def test_a_hashed_directory_is_found_among_the_projects(tmp_path: Path) -> None:
    hashed = sha256(b"/code/app").hexdigest()
    write(tmp_path, "projects.json", {"projects": {"/code/other": "o", "/code/app": "app-1"}})
    one = message("a", input=10, output=1)
    write(tmp_path, f"tmp/{hashed}/chats/session-1.jsonl", head("s1"), one)
    write(tmp_path, "tmp/app-1/chats/session-1.jsonl", head("s2"), one)
    write(tmp_path, "tmp/else/chats/session-1.jsonl", head("s3"), one)
    told = tell_home(AGENT, tmp_path)
    projects = {each.session: each.project for _, each in told.sightings}
    assert projects == {"s1": "-code-app", "s2": "-code-app", "s3": ""}
    assert [told.workplaces[name].path for name in ("s1", "s2", "s3")] == ["/code/app"] * 2 + [""]


@pytest.mark.parametrize("content", ["", "[]", '{"projects": 3}', '{"projects": {"/x": 4}}', "{"])
def test_an_unusable_list_of_projects_costs_the_directory_alone(
    tmp_path: Path, content: str
) -> None:
    write(tmp_path, f"{CHAT}.jsonl", head(), message("a", input=10, output=1))
    (tmp_path / "projects.json").write_text(content)
    assert total(read_home(AGENT, tmp_path)) == 11


def test_only_chats_are_read() -> None:
    assert kind_of("tmp/app/chats/session-1.json") == "document"
    assert kind_of("tmp/app/chats/gs-2/sub.jsonl") == "lines"
    assert kind_of("tmp/app/logs.json") is None
    assert kind_of("tmp/app/chats/notes.json") is None
    assert kind_of("tmp/app/logs/session-1.jsonl") is None


def test_damage_costs_no_more_than_itself(tmp_path: Path) -> None:
    good = message("b", input=20, output=2)
    timeless = {**message("a", input=10, output=1), "timestamp": 5}
    path = write(tmp_path, f"{CHAT}.jsonl", head(), timeless, {**good, "model": 4})
    with path.open("ab") as file:
        file.write(b'{"id":"c","tokens":{\n')
    write(tmp_path, "tmp/app/chats/session-2.json", {"messages": [3, timeless, good]})
    write(tmp_path, "tmp/app/chats/session-3.json", [1])
    told = tell_home(AGENT, tmp_path)
    assert total(merged(told.sightings)) == 44
    assert sorted(reason for _, reason in told.problems) == [
        "a broken chat",
        "a broken record",
        "a response without a time and zone",
        "a response without a time and zone",
    ]


@settings(max_examples=30, deadline=None)
@given(
    records=st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 50), st.integers(0, 50)), max_size=12
    ),
    pieces=st.lists(st.integers(1, 4), min_size=1, max_size=3),
)
def test_reading_in_pieces_is_reading_at_once(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, int, int]], pieces: list[int]
) -> None:
    home = tmp_path_factory.mktemp("gemini")
    lines = [message(id_, input=whole, output=output) for id_, whole, output in records]
    write(home, f"{CHAT}.jsonl", head("other"), head(), *lines)
    at_once = read_home(AGENT, home)
    assert read_home(AGENT, home, pieces) == at_once
    largest: dict[str, tuple[int, int]] = {}
    for id_, whole, output in records:
        largest[id_] = max(largest.get(id_, (0, 0)), (output, whole + output))
    assert total(at_once) == sum(all_ for _, all_ in largest.values())
