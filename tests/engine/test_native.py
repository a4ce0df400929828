"""The native reader tells what Python's tells, of anything, and reads the usual lines itself."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec.structs import astuple

from engine.domain import long_lines
from engine.domain.packed_responses import Pack, ids_in, records_in, sighting_of
from engine.domain.responses import Sighting, response_id
from engine.domain.times import parse_time
from engine.ingest import finished_lines
from engine.ingest.native_packer import NativePacker
from engine.ingest.packer import Packer
from engine.ingest.usual_lines import sightings_of
from engine.native import FORM, native_chunk, reader_name
from engine.pricing.cost import SEARCH, Rates, _Band, cost_at
from engine.pricing.price import ModelEntry, model_price
from engine.pricing.table import PriceTable
from tests.both_readers import new_chunk, packed, read_by, why_not
from tests.faults.fuzz_native import check_readers
from tests.generated import transcripts

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "it can be tested")

_SHARED = Path(__file__).resolve().parents[3] / "shared" / "cases"
_USAGE = {"input_tokens": 3, "output_tokens": 40, "cache_read_input_tokens": 9}


def _line(**more: Any) -> dict[str, Any]:
    message = {"id": "msg_01A", "model": "claude-opus-5-5", "usage": _USAGE, "content": []}
    return {
        "type": "assistant",
        "timestamp": "2026-11-22T13:00:00.250Z",
        "sessionId": "s1",
        "cwd": "/code/app",
        "requestId": "req_1",
        "uuid": "u-1",
        "isSidechain": False,
        **more,
        "message": {**message, **more.pop("message", {})},
    }


def _bytes(record: object) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _odd(data: bytes) -> list[tuple[int, int]]:
    return new_chunk().read(data, "s1", "-code-app")[2]


USUAL = {
    "plain": _line(),
    "escapes beside what is read": _line(gitBranch='a"\\\n\u2028😀'),
    "a working directory of Windows": _line(cwd="C:\\code\\app"),
    "a working directory that is no ASCII": _line(cwd="/コード/приложение/😀"),
    "a side chain's": _line(isSidechain=True, agentId="a1"),
    "a copy in a fork": _line(forkedFrom={"sessionId": "s0", "messageUuid": "u"}),
    "nulls": _line(forkedFrom=None, costUSD=None, data=None, agentId=None, cwd=None),
    "all of a usage": _line(
        message={
            "usage": {
                **_USAGE,
                "cache_creation_input_tokens": 70,
                "cache_creation": {"ephemeral_5m_input_tokens": 20, "other": [1, {}]},
                "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 0},
                "speed": "fast",
                "service_tier": "batch",
                "inference_geo": "us",
                "iterations": [{"type": "message", "input_tokens": 1}],
                "more": {"deep": [[[], {"a": -1.5e-7}], True, False, None]},
            }
        }
    ),
}
UNUSUAL = {
    "nothing but nulls in a usage": _bytes(
        _line(message={"usage": {"input_tokens": None, "cache_creation": None}})
    ),
    "another id": _bytes(_line(message={"id": "gen-1"})),
    "a gateway's id": _bytes(_line(message={"id": "msg_proxy_stream"})),
    "a recorded cost": _bytes(_line(costUSD=0.5)),
    "progress": _bytes(_line(type="progress")),
    "no type": _bytes({k: v for k, v in _line().items() if k != "type"}),
    "a synthetic answer": _bytes(_line(message={"model": "<synthetic>"})),
    "another zone": _bytes(_line(timestamp="2026-11-22T13:00:00.250+01:00")),
    "no fraction": _bytes(_line(timestamp="2026-11-22T13:00:00Z")),
    "a day that is none": _bytes(_line(timestamp="2026-02-30T13:00:00.250Z")),
    "no time": _bytes(_line(timestamp=None)),
    "an advisor": _bytes(_line(message={"usage": {"iterations": [{"type": "advisor_message"}]}})),
    "several messages": _bytes(
        _line(message={"usage": {"iterations": [{"type": "message"}, {"type": "message"}]}})
    ),
    "a compaction": _bytes(
        {
            "type": "system",
            "subtype": "compact_boundary",
            "uuid": "u-2",
            "timestamp": "2026-11-22T13:00:00.250Z",
            "compactMetadata": {"postTokens": 7},
        }
    ),
    "a text for a number": _bytes(_line(message={"usage": {"input_tokens": "3"}})),
    "a fraction": _bytes(_line(message={"usage": {"input_tokens": 3.0}})),
    "a negative number": _bytes(_line(message={"usage": {"input_tokens": -3}})),
    "too large a number": _bytes(_line(message={"usage": {"input_tokens": 10**9 + 1}})),
    "a leading zero": _bytes(_line()).replace(b":40", b":040"),
    "a key twice": _bytes(_line()).replace(
        b'"output_tokens"', b'"output_tokens":1,"output_tokens"'
    ),
    "a message twice": _bytes(_line())[:-2] + b',"message":null}\n',
    "an escape in an id": _bytes(_line()).replace(b"msg_01A", b"msg_\\u0030"),
    "an escape in a key": _bytes(_line()).replace(b'"message"', b'"mess\\u0061ge"'),
    "half a surrogate pair": _bytes(_line()).replace(b"u-1", b"u-1\\ud83d"),
    "half a pair beside": _bytes(_line(gitBranch="x")).replace(b'"x"', b'"\\ud83dx"'),
    "no UTF-8 in a name": _bytes(_line()).replace(b"s1", b"s\xff"),
    "surrogates as bytes": _bytes(_line()).replace(b"/code/app", b"/\xed\xa0\x80"),
    "a NUL": _bytes(_line()).replace(b"u-1", b"u-\x00"),
    "a control sign beside": _bytes(_line(gitBranch="x")).replace(b'"x"', b'"\x01"'),
    "a mark before": b"\xef\xbb\xbf" + _bytes(_line()),
    "two on a line": _bytes(_line())[:-1] + _bytes(_line()),
    "a broken one": _bytes(_line())[:-20] + b"\n",
    "words behind": _bytes(_line())[:-1] + b" x\n",
    "a number that is none": _bytes(_line(gitBranch="x")).replace(b'"x"', b"01"),
    "nested too deep": _bytes(_line(gitBranch="x")).replace(b'"x"', b"[" * 300 + b"]" * 300),
    "no object": b'["usage"]\n',
    "nothing": b"\n",
    "a damaged line without a usage": b'{"type":"user"\n',
}


@pytest.mark.parametrize("name", USUAL)
def test_usual_lines_are_read_natively_and_told_as_ever(name: str) -> None:
    data = _bytes(USUAL[name])
    assert _odd(data) == []
    check_readers(data + _bytes(USUAL["plain"]))


@pytest.mark.parametrize("name", UNUSUAL)
def test_unusual_lines_are_handed_on_whole_and_told_as_ever(name: str) -> None:
    data, plain = UNUSUAL[name], _bytes(_line(message={"id": "msg_02"}))
    assert _odd(plain + data + plain) == [(len(plain), len(data))]
    check_readers(plain + data + plain)
    check_readers(data * 2 + plain[:-1])


def test_lines_without_a_usage_are_passed_over() -> None:
    assert _odd(b'{"type":"user","message":{"content":"\\"usage\\""}}\n' * 3) == []


@pytest.mark.parametrize("spaced", [(", ", ": "), (" ,\t", " :\t")])
def test_blanks_may_stand_anywhere(spaced: tuple[str, str]) -> None:
    data = json.dumps(_line(), separators=spaced).encode()
    assert _odd(data + b" \r\n") == []
    check_readers(data + b" \r\n")


@examples(max_examples=80, derandomize=True, deadline=None)
@given(files=transcripts())
def test_both_readers_tell_the_same_of_strange_transcripts(files: dict[int, bytes]) -> None:
    for data in files.values():
        check_readers(data)


_PARTS = st.one_of(
    st.sampled_from(sorted(UNUSUAL)).map(UNUSUAL.__getitem__),
    st.sampled_from(sorted(USUAL)).map(lambda name: _bytes(USUAL[name])),
    st.builds(
        lambda output, at, side, session, agent, cwd: _bytes(
            _line(
                message={"usage": {**_USAGE, "output_tokens": output}},
                timestamp=f"2026-11-22T13:00:00.25{at}Z",
                isSidechain=side,
                sessionId=session,
                agentId=agent,
                cwd=cwd,
            )
        ),
        st.sampled_from((0, 39, 40, 41)),
        st.integers(0, 2),
        st.booleans(),
        st.sampled_from(("s1", "s0", "", None)),
        st.sampled_from(("a", "é", "b", None)),
        st.sampled_from(("/code/app", "/code", "/kód", "C:\\code\\app", "", None)),
    ),
)


@examples(max_examples=300, derandomize=True, deadline=None)
@given(parts=st.lists(_PARTS, max_size=6), cut=st.integers(0, 300), seed=st.integers(0, 9))
def test_lines_of_one_response_merge_alike_in_any_order(
    parts: list[bytes], cut: int, seed: int
) -> None:
    random.Random(seed).shuffle(parts)
    data = b"".join(parts)
    check_readers(data[: len(data) - cut] if seed % 2 else data)


@examples(max_examples=300, derandomize=True, deadline=None)
@given(moment=st.datetimes(datetime(1970, 1, 1), datetime(9989, 12, 31, 23, 59, 59, 999_000)))
@example(datetime(2000, 2, 29))
@example(datetime(2100, 2, 28, 23, 59, 59))
def test_a_time_is_the_same_moment(moment: datetime) -> None:
    text = moment.replace(tzinfo=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    chunk = new_chunk()
    read = chunk.read(_bytes(_line(timestamp=text)), "s1", "p")
    assert read[2] == []
    assert read[3] == [("s1", False, b"/code/app", parse_time(text))]


@examples(max_examples=200, derandomize=True, deadline=None)
@given(name=st.text(st.characters(codec="utf-8", exclude_characters='"\\', min_codepoint=32)))
def test_a_response_has_the_number_that_the_ledger_gives_it(name: str) -> None:
    key = f"msg_0{name[:28]}"
    chunk = new_chunk()
    assert chunk.read(_bytes(_line(message={"id": key})), "s1", "p")[2] == []
    assert ids_in(chunk.pack(None)[0][0]) == (response_id(key),)


def _files_of_cases() -> list[Any]:
    if not (_SHARED / "claude.json").is_file():
        reason = pytest.mark.skip(reason=f"{_SHARED} is absent: it is not part of the project")
        return [pytest.param(b"", id="none", marks=reason)]
    cases = json.loads((_SHARED / "claude.json").read_text("utf-8"))["cases"]
    files = {
        f"{case['name']}-{name}": text.encode("latin-1")
        for case in cases
        for name, text in case["files"].items()
    }
    found = sorted((_SHARED / "found").rglob("*.jsonl"))
    files |= {str(path.relative_to(_SHARED)): path.read_bytes() for path in found}
    return [pytest.param(data, id=name) for name, data in files.items()]


@pytest.mark.parametrize("data", _files_of_cases())
def test_both_readers_tell_the_same_of_every_case(data: bytes) -> None:
    check_readers(data)


def test_lines_longer_than_a_piece_are_read_natively(tmp_path: Path) -> None:
    long = _line(message={"id": "msg_02", "content": "x" * 100_000})
    path = tmp_path / "s1.jsonl"
    path.write_bytes(_bytes(_line()) + _bytes(long) + _bytes(_line()))
    usual = read_by(path, "-p/s1.jsonl", is_native=False)
    assert len(usual.sightings) == 2
    assert read_by(path, "-p/s1.jsonl", is_native=True, piece=1_000) == usual
    assert read_by(path, "-p/s1.jsonl", is_native=True, piece=1_000, most=1_500) == read_by(
        path, "-p/s1.jsonl", is_native=False, most=1_500
    )


def test_a_line_too_long_for_any_transcript_is_passed_over_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_lines, "LONGEST_LINE", 4_000)
    monkeypatch.setattr(finished_lines, "PIECE", 600)
    path = tmp_path / "s1.jsonl"
    after = _bytes(_line(message={"id": "msg_02"}))
    path.write_bytes(_bytes(_line()) + b"x" * 9_000 + b"\n" + after)
    usual = read_by(path, "-p/s1.jsonl", is_native=False)
    assert [each.reason for each in usual.problems] == ["a line of more than 256 MB"]
    assert len(usual.sightings) == 2
    assert read_by(path, "-p/s1.jsonl", is_native=True, piece=500) == usual


def _sighting(**more: Any) -> Sighting:
    at = parse_time("2026-11-22T13:00:00.250Z")
    assert at is not None
    fields: dict[str, Any] = {
        "is_sidechain": False,
        "won_at": at,
        "model": "claude-opus-5-5",
        "agent": "",
        "input": 5,
        "output": 6,
        "cache_read": 7,
        "cache_write_5m": 8,
        "cache_write_1h": 9,
        "is_fast": True,
        "is_us": False,
        "is_batch": False,
        "searches": 1,
        "recorded": None,
        "time": at,
        "is_forked": False,
        "session": "s1",
        "project": "p",
        "provider": "",
        "reasoning": 2,
    }
    return Sighting(**{**fields, **more})


@pytest.mark.parametrize(
    "wide",
    [
        {"input": 10**9 + 1},
        {"searches": 10**7},
        {"recorded": 2**63},
        {"time": -1},
        {"context": 5},
    ],
)
def test_what_no_record_holds_is_refused(wide: dict[str, int]) -> None:
    chunk = new_chunk()
    chunk.see(1, astuple(_sighting()))
    with pytest.raises(OverflowError):
        chunk.see(2, astuple(_sighting(**wide)))
    assert packed(chunk)[0] == {1: _sighting()}


def test_a_price_too_fine_or_a_cost_too_large_leaves_the_chunk_as_it_was() -> None:
    chunk = new_chunk()
    chunk.see(1, astuple(_sighting(input=10**9)))
    band = (-1, 10**19, 1, 1, 1, 1)
    for periods in (((None, 2**32, (band,)),), ((None, 1, (band,)),), ((None, 0, (band,)),)):
        with pytest.raises(OverflowError):
            chunk.pack(lambda *_, told=periods: told)
    assert len(chunk) == 1
    assert sightings_of(chunk) == {1: _sighting(input=10**9)}
    assert len(chunk) == 0


@examples(max_examples=300, derandomize=True, deadline=None)
@given(
    counts=st.lists(st.integers(0, 10**9), min_size=5, max_size=5),
    rates=st.lists(st.integers(0, 10**15), min_size=10, max_size=10),
    divisor=st.integers(1, 2**32 - 1),
    above=st.integers(0, 10**9),
    until=st.sampled_from((None, 0, 2**62)),
    searches=st.integers(0, 10**6),
)
@example([1, 0, 0, 0, 0], [1] * 10, 2, 0, None, 0)
@example([3, 0, 0, 0, 0], [1] * 10, 2, 0, None, 0)
@example([5, 0, 0, 0, 0], [1] * 10, 6, 0, None, 0)
def test_a_response_costs_the_same_to_the_last_digit(
    counts: list[int],
    rates: list[int],
    divisor: int,
    above: int,
    until: int | None,
    searches: int,
) -> None:
    bands = ((above, *rates[:5]), (-1, *rates[5:]))
    periods = ((until, divisor, bands), (None, divisor, bands[::-1][:1]))
    right = tuple(Rates(end, tuple(_Band(*band) for band in each), of) for end, of, each in periods)
    names = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
    response = _sighting(**dict(zip(names, counts, strict=True)), searches=searches)
    cost = cost_at(right, response.time, *counts, searches)
    chunk = new_chunk()
    chunk.see(1, astuple(response))
    if cost - searches * SEARCH >= 2**62:
        with pytest.raises(OverflowError):
            chunk.pack(lambda *_: periods)
    else:
        (_, records), _, sums = chunk.pack(lambda *_: periods)
        assert next(records_in(records)).calculated == cost
        assert sums is not None
        assert [each[12] for each in sums] == [cost] * any(counts)


def test_sums_beyond_its_numbers_are_left_to_python() -> None:
    chunk = new_chunk()
    for number in range(3):
        chunk.see(number, astuple(_sighting(recorded=2**62)))
    assert chunk.pack(None)[2] is None


def test_responses_of_several_files_are_merged() -> None:
    lines = [_bytes(_line(sessionId=session, cwd="/x")) for session in ("s2", "s1", "s2")]
    chunk = new_chunk()
    for project, line in zip("abc", lines, strict=True):
        chunk.read(line, "s", project)
    (response,) = packed(chunk)[0].values()
    assert (response.session, response.project) == ("s1", "b")


def test_a_module_of_another_form_or_turned_off_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from engine.native import scanner

    assert reader_name({}) == "native"
    assert reader_name({"CCMON_NATIVE": "0"}) == "python"
    monkeypatch.setattr(scanner, "FORM", FORM + 1)
    assert native_chunk({}) is None


_SIGHTINGS = st.builds(
    _sighting,
    is_sidechain=st.booleans(),
    model=st.sampled_from(("claude-opus-5-5", "claude-haiku-5-5", "lighthouse-coder-32b", "")),
    input=st.sampled_from((0, 1, 10**9)),
    output=st.integers(0, 2),
    cache_read=st.sampled_from((0, 150_000, 10**9 + 1)),
    is_fast=st.booleans(),
    is_us=st.booleans(),
    is_batch=st.booleans(),
    searches=st.integers(0, 2),
    recorded=st.sampled_from((None, 0, 7)),
    agent=st.sampled_from(("", "a", "é")),
    won_at=st.integers(0, 2),
    time=st.sampled_from((0, 899_999, 900_000, 1_793_484_000_000)),
    is_forked=st.booleans(),
    session=st.sampled_from(("s1", "s2", "🙂")),
    project=st.sampled_from(("p", "q")),
    provider=st.sampled_from(("", "o")),
    reasoning=st.integers(0, 1),
    context=st.sampled_from((-1, -1, -1, 0, 9)),
)


@examples(max_examples=300, derandomize=True, deadline=None)
@given(told=st.lists(st.dictionaries(st.integers(0, 5), _SIGHTINGS, max_size=4), max_size=4))
def test_native_packs_say_what_those_of_python_say(told: list[dict[int, Sighting]]) -> None:
    prices = PriceTable.embedded()
    native, usual = NativePacker(prices, new_chunk()), Packer(prices)
    left = [({}, {}) if not each else (native.add(each), usual.add(each)) for each in told]
    for one, other in left:
        assert {id_: each for id_, each in one.items() if id_ in other} == other
    if all(one == other for one, other in left):
        assert _told_by(native.pack()) == _told_by(usual.pack())


def _told_by(pack: Pack) -> tuple[object, ...]:
    """Return what a pack says, whatever numbers its names have."""
    names, records = pack.names, list(records_in(pack.records))
    sums = {
        (slot, names.sessions[session], names.projects[project], names.models[model]): more
        for slot, session, project, model, *more in pack.sums
    }
    responses = [(each.id, sighting_of(each, names), each.calculated) for each in records]
    models = {names.models[each.model] for each in records}
    return pack.numbers(), responses, models, sums


def test_a_price_too_fine_for_it_is_reckoned_in_python() -> None:
    entry = ModelEntry(input=Decimal(1), output=Decimal(2), fast=Decimal("1.123456789012"))
    prices = PriceTable(given={"claude-opus-5-5": model_price("claude-opus-5-5", entry)})
    native, usual = NativePacker(prices, new_chunk()), Packer(prices)
    told = {1: _sighting(), 2: _sighting(is_fast=False)}
    assert native.add(told) == usual.add(told) == {}
    assert _told_by(native.pack()) == _told_by(usual.pack())
