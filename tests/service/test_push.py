"""What is pushed: a snapshot, then what changes, over both ways alike."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from websockets.sync.client import connect

from engine.documents.live import LiveDocument
from engine.domain.snapshots import Progress, Snapshot
from engine.service import hub
from engine.service.endpoint import API
from tests.conftest import NOW
from tests.made_lines import MINUTE, answer, write
from tests.patience import PATIENCE
from tests.service.conftest import write_user
from tests.service.served import TRUSTED, Served, made_settings, serving


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_user(tmp_path)


@pytest.fixture
def server(tmp_path: Path, root: Path) -> Iterator[Served]:
    with serving(made_settings(tmp_path)) as server:
        yield server


def _after(events: Iterator[dict[str, Any]], document: dict[str, Any], responses: int) -> str:
    """Take events into a document until it has so many responses; return the last id."""
    for event in events:
        document.update(event["data"])
        if document["responses"] == responses:
            return str(event["id"])
    raise AssertionError("the stream has ended")


def test_a_snapshot_comes_first_and_then_what_changes(server: Served, root: Path) -> None:
    with server.streaming() as events:
        first = next(events)
        assert first["event"] == "snapshot"
        document = first["data"]
        assert document == {**server.get("/live"), "events": document["events"]}
        write(root, answer("more", NOW - MINUTE, 5, cwd="/code/app"))
        last = _after(events, document, first["data"]["responses"] + 1)
        live = server.get("/live")
        assert document["block"] == live["block"]
        assert document["today"] == live["today"]
    with server.streaming(**{"Last-Event-ID": first["id"]}) as events:
        missed = next(events)
        assert (missed["event"], missed["id"]) == ("change", last)
        assert missed["data"]["responses"] == live["responses"]
        assert "timezone" not in missed["data"]
    with server.streaming(**{"Last-Event-ID": "another-run-3"}) as events:
        assert next(events)["event"] == "snapshot"


def test_a_websocket_tells_the_same(server: Served, root: Path) -> None:
    with connect(f"ws://{server.host}{API}/ws", additional_headers=TRUSTED) as socket:
        first = json.loads(socket.recv(PATIENCE))
        assert first["event"] == "snapshot"
        assert first["data"]["responses"] == server.get("/live")["responses"]
        socket.send("what one says")
        socket.send(b"\x00\xff")
        write(root, answer("more", NOW - MINUTE, 5, cwd="/code/app"))
        document = dict(first["data"])
        received = (json.loads(socket.recv(PATIENCE)) for _ in range(50))
        last = _after(received, document, first["data"]["responses"] + 1)
    address = f"ws://{server.host}{API}/ws?last={first['id']}"
    with connect(address, additional_headers=TRUSTED) as socket:
        assert json.loads(socket.recv(PATIENCE))["id"] == last


def test_a_key_that_is_not_there_is_left_out_and_one_that_goes_is_null(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, progress = hub.live_document, [None, 12.5, 50.0, None]

    def document(snapshot: Snapshot) -> LiveDocument:
        told = made(snapshot)
        if progress[0] is None:
            return told
        share = Progress(1, 2, 3, 4, 5, None, progress[0] / 100)
        return made(replace(snapshot, state="reading", progress=share))

    monkeypatch.setattr(hub, "live_document", document)
    assert server.service.hub is not None
    with server.streaming() as events:
        whole = next(events)["data"]
        assert "progress" not in whole
        for right in progress[1:]:
            progress.pop(0)
            server.service.hub.wake()
            data = next(each["data"] for each in events if "progress" in each["data"])
            assert (data["progress"] and data["progress"]["percent"]) == right
    with server.streaming() as events:
        assert "progress" not in next(events)["data"]


def test_silence_is_broken_by_a_heartbeat(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT", 0.05)
    with connect(f"ws://{server.host}{API}/ws", additional_headers=TRUSTED) as socket:
        events = [json.loads(socket.recv(PATIENCE)) for _ in range(4)]
    assert events[0]["event"] == "snapshot"
    assert events[-1]["event"] == "heartbeat"


def test_nothing_is_made_while_nobody_listens(
    server: Served, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.streaming() as events:
        next(events)
    assert server.service.hub is not None
    end = time.monotonic() + PATIENCE
    while server.service.hub.listeners:
        assert time.monotonic() < end
        time.sleep(0.01)
    monkeypatch.setattr(hub, "live_document", None)
    changes = server.service.kept.changes
    write(root, answer("unseen", NOW - MINUTE, 5, cwd="/code/app"))
    while server.service.kept.changes == changes:
        assert time.monotonic() < end
        time.sleep(0.01)
    time.sleep(0.05)
    assert server.ask("/health", headers={}).status == 200


def test_many_changes_leave_nothing_behind(server: Served) -> None:
    made = server.service.hub
    assert made is not None
    with server.streaming() as events:
        next(events)
        for number in range(200):
            write(
                server.service.source.monitor.settings.roots[0],  # type: ignore[index]
                answer(f"m{number}", NOW - MINUTE, 1, cwd="/code/app"),
            )
        document: dict[str, Any] = {"responses": 0}
        _after(events, document, 265)
    assert made.versions <= 32


def test_a_server_that_ends_ends_its_streams(
    tmp_path: Path, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(made_settings(tmp_path)) as server:
        begun = server.streaming()
        events = begun.__enter__()
        next(events)
    assert list(events) is not None
    begun.__exit__(None, None, None)
    assert "timeout graceful shutdown exceeded" not in caplog.text
