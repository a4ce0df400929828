"""Claude Code's own telemetry: what counts of it, what is dropped, and what an exporter is told."""

from __future__ import annotations

import gzip
import json
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.service.otlp import records
from tests.conftest import NOW
from tests.made_lines import HOUR, MINUTE, answer, write
from tests.patience import PATIENCE
from tests.service.otlp_made import SECRET, api_request, exported, packed, prompt
from tests.service.served import TRUSTED, Reply, Served, made_settings, serving

PACKED = {**TRUSTED, "Content-Type": "application/x-protobuf"}
JSON = {**TRUSTED, "Content-Type": "application/json"}
TELEMETRY = "claude-telemetry"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    root = tmp_path / ".claude"
    write(root, answer("a", NOW - HOUR, 7, session="here"), name="-code-a/here.jsonl")
    with serving(made_settings(tmp_path)) as server:
        yield server


def send(served: Served, *events: dict[str, Any], **headers: str) -> Reply:
    body = json.dumps(exported(*events)).encode()
    return served.ask("/v1/logs", "POST", body, {**JSON, **headers})


def tokens(served: Served) -> dict[str, int]:
    rows = served.get("/daily?by-agent=true")["daily"]
    found: dict[str, int] = {}
    for row in rows:
        for part in row["agents"]:
            found[part["agent"]] = found.get(part["agent"], 0) + part["totalTokens"]
    return found


def wait(served: Served, expected: dict[str, int]) -> None:
    _until(lambda: tokens(served) == expected, lambda: tokens(served))


def _until(holds: Callable[[], bool], say: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, say()
        time.sleep(0.05)


def kept(served: Served) -> bytes:
    directory = served.service.source.monitor.settings.home / "data" / "telemetry"
    return b"".join(path.read_bytes() for path in sorted(directory.glob("*")))


@pytest.mark.parametrize("kind", ["json", "packed", "gzip"])
def test_requests_count_once_and_nothing_else_is_kept(served: Served, kind: str) -> None:
    events = [api_request(1, NOW - MINUTE, 100), prompt(NOW), api_request(2, NOW - 5, 20)]
    events.append(api_request(3, NOW, 5_000, **{"session.id": "here"}))
    events.append({**prompt(NOW), "event.name": "api_request_body", "body": SECRET})
    for _ in range(2):  # an exporter that heard no answer sends it all again
        if kind == "packed":
            reply = served.ask("/v1/logs", "POST", packed(*events), PACKED)
            assert (reply.status, reply.body) == (200, b"")
            assert reply.headers["content-type"] == "application/x-protobuf"
        else:
            body = json.dumps(exported(*events)).encode()
            more = {"Content-Encoding": "gzip"} if kind == "gzip" else {}
            body = gzip.compress(body, mtime=0) if more else body
            reply = served.ask("/v1/logs", "POST", body, {**JSON, **more})
            assert (reply.status, reply.document) == (200, {})
    wait(served, {"claude": 7, TELEMETRY: 120})
    assert SECRET.encode() not in kept(served)
    assert b"example.com" not in kept(served)
    write(served.service.source.monitor.settings.roots[0], answer("b", NOW, 9))
    wait(served, {"claude": 16})
    send(served, api_request(4, NOW, 1_000), api_request(1, NOW, 3, **{"session.id": "s2"}))
    wait(served, {"claude": 16, TELEMETRY: 3})


@pytest.mark.posix
def test_what_is_kept_is_for_its_user_and_outlasts_the_service(tmp_path: Path) -> None:
    settings = made_settings(tmp_path, ledger=str(tmp_path / "ledger.db"))
    write(tmp_path / ".claude", answer("a", NOW, 7, session="here"), name="-code-a/here.jsonl")
    with serving(settings) as served:
        send(served, api_request(1, NOW, 100, cost_usd="0.25", query_source="repl_main_thread"))
        wait(served, {"claude": 7, TELEMETRY: 100})
    directory = tmp_path / "data" / "telemetry"
    (path,) = directory.iterdir()
    if os.name == "posix":
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(path.read_bytes()[:-9])  # a kill while it was being written
    with serving(settings) as served:
        send(served, api_request(2, NOW, 30))
        wait(served, {"claude": 7, TELEMETRY: 130})
        (row,) = served.get("/session?agent=claude-telemetry")["sessions"]
        assert (row["sessionId"], row["totalCost"]) == ("s1", pytest.approx(0.25 + 30 * 4e-6))


def test_what_cannot_be_counted_is_told_and_the_rest_is_taken(served: Served) -> None:
    nameless = api_request(2, NOW)
    del nameless["session.id"]
    reply = send(served, api_request(1, NOW, 100), nameless, api_request(3, NOW + 9**14))
    said = reply.document["partialSuccess"]
    assert (reply.status, said["rejectedLogRecords"]) == (200, "2")
    assert "OTEL_METRICS_INCLUDE_SESSION_ID" in said["errorMessage"]
    reply = served.ask("/v1/logs", "POST", packed(nameless), PACKED)
    assert reply.status == 200
    assert reply.body.startswith(b"\x0a")
    assert b"OTEL_METRICS_INCLUDE_SESSION_ID" in reply.body
    wait(served, {"claude": 7, TELEMETRY: 100})


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (JSON, b"{", 400),
        (JSON, b'{"resourceLogs": 1}', 400),
        (JSON, b"[" * 100_000, 400),
        (PACKED, b"\x0a\x7f", 400),
        (PACKED, b"\xff\xff", 400),
        ({**JSON, "Content-Encoding": "gzip"}, b"no gzip", 400),
        ({**JSON, "Content-Encoding": "gzip"}, gzip.compress(b"{}" * 9, mtime=0)[:-4], 400),
        ({**JSON, "Content-Encoding": "gzip"}, gzip.compress(bytes(17 << 20)), 413),
        ({**JSON, "Content-Encoding": "br"}, b"{}", 415),
        (TRUSTED, b"{}", 415),
        ({"Content-Type": "application/json"}, b"{}", 401),
        ({**JSON, "Origin": "http://evil.example"}, b"{}", 403),
        ({**JSON, "Host": "evil.example"}, b"{}", 421),
    ],
)
def test_what_is_no_export_is_refused(
    served: Served, headers: dict[str, str], body: bytes, status: int
) -> None:
    reply = served.ask("/v1/logs", "POST", body, headers)
    assert reply.status == status
    assert b"Traceback" not in reply.body
    assert tokens(served) == {"claude": 7}


def test_an_export_of_too_many_parts_is_refused(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MOST_PARTS", 30)
    three = [api_request(number, NOW) for number in range(3)]
    for kind, body in ((JSON, json.dumps(exported(*three)).encode()), (PACKED, packed(*three))):
        reply = served.ask("/v1/logs", "POST", body, kind)
        assert (reply.status, b"send fewer records" in reply.body) == (400, True)
    assert served.ask("/v1/logs", "POST", b"\x0a\x00" * 31, PACKED).status == 400
    assert served.ask("/v1/logs", "POST", b"\x0a\x00" * 30, PACKED).status == 200
    monkeypatch.setattr(records, "MOST_PARTS", 90)
    assert send(served, *three).status == 200


def test_odd_records_hide_no_other(served: Served) -> None:
    sent = exported(api_request(1, NOW, 100))
    records = sent["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    odd = [{}, {"attributes": None}, {"body": {"stringValue": SECRET * 50}, "attributes": []}]
    odd.append({"attributes": [{"key": "event.name", "value": {"arrayValue": {"values": []}}}]})
    odd.append({**records[0], "attributes": [{"key": "event.name"}], "body": None})
    records[:0] = odd
    reply = served.ask("/v1/logs", "POST", json.dumps(sent).encode(), JSON)
    assert (reply.status, reply.document) == (200, {})
    wait(served, {"claude": 7, TELEMETRY: 100})


def test_a_name_in_the_body_alone_is_a_name(served: Served) -> None:
    nameless = api_request(1, NOW, 100)
    sent = exported(nameless)
    (record,) = sent["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    record["attributes"] = [each for each in record["attributes"] if each["key"] != "event.name"]
    assert served.ask("/v1/logs", "POST", json.dumps(sent).encode(), JSON).status == 200
    wait(served, {"claude": 7, TELEMETRY: 100})


def test_metrics_and_traces_are_accepted_and_not_counted(served: Served) -> None:
    for path in ("/v1/metrics", "/v1/traces"):
        for headers, body, said in ((JSON, b"{}", b"{}"), (PACKED, b"\x0a\x00", b"")):
            reply = served.ask(path, "POST", body, headers)
            assert (reply.status, reply.body) == (200, said)
    assert tokens(served) == {"claude": 7}


def test_a_full_disk_makes_it_come_again_and_leaves_no_half(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(served, api_request(1, NOW, 100))
    before = kept(served)
    full = OSError(28, "No space left on device")

    def sync(_: int) -> None:
        raise full

    monkeypatch.setattr(os, "fsync", sync)
    reply = send(served, api_request(2, NOW, 50))
    assert (reply.status, reply.document["code"]) == (503, 14)
    assert "No space left" in reply.document["message"]
    assert kept(served) == before
    monkeypatch.undo()
    assert send(served, api_request(2, NOW, 50)).status == 200
    wait(served, {"claude": 7, TELEMETRY: 150})
