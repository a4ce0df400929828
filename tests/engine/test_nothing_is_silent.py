"""What was found and could not be counted is told: by agent, file by file, and as what it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.agents.catalog import LISTED
from engine.domain.found import AgentFound
from engine.domain.settings import Settings
from engine.ingest.pointers import ANNEX, LFS, pointer_in
from engine.monitor import Monitor
from tests.made_lines import answer, moment, write

MakeSettings = Callable[..., Settings]
POINTER = (
    b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 12345\n"
)
TIME = moment("2026-11-20T10:00")


def agents_of(monitor: Monitor) -> dict[str, AgentFound]:
    return {each.agent: each for each in monitor.agents()}


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_pointers_are_known_by_their_beginning() -> None:
    assert pointer_in(POINTER) == LFS
    assert pointer_in(None) is None
    assert pointer_in(b"\xef\xbb\xbf" + POINTER.replace(b"\n", b"\r\n")) == LFS
    assert pointer_in(b"/annex/objects/SHA256E-s1--abc.jsonl\n") == ANNEX
    assert pointer_in(b'{"text":"version https://git-lfs.github.com/spec/v1"}\n') is None


def test_what_was_found_is_told_of_every_agent(
    shared: Path, home: Path, settings: MakeSettings
) -> None:
    shutil.copytree(shared / "cases" / "found" / "lfs-pointers", home, dirs_exist_ok=True)
    with Monitor(settings()) as monitor:
        monitor.read()
        found = agents_of(monitor)
        assert [found[name].bad for name in ("claude", "codex", "gemini")] == [3, 3, 1]
        for name in ("claude", "codex", "gemini"):
            ((_, reason),) = found[name].unreadable
            assert reason == LFS
        bad = monitor.health().bad_files
        assert [(each.lines, each.reason) for each in bad] == [(3, LFS), (3, LFS), (1, LFS)]


_STORES = {
    "claude": ".claude/projects/-p/s.jsonl",
    "codex": ".codex/sessions/2026/05/01/rollout-2026-05-01T10-00-00-x.jsonl",
    "codex ": ".codex/archived_sessions/rollout-2026-05-01T10-00-00-x.jsonl.zst",
    "copilot": ".copilot/session-state/s/events.jsonl",
    "copilot ": ".copilot/session-store.db",
    "opencode": ".local/share/opencode/opencode.db",
    "opencode ": ".local/share/opencode/storage/message/s/m.json",
    "gemini": ".gemini/tmp/x/chats/session-1.jsonl",
    "qwen": ".qwen/projects/x/chats/s.jsonl",
    "pi": ".pi/agent/sessions/-p/s.jsonl",
    "hermes": ".hermes/state.db",
    "crush": ".crush/crush.db",
    "droid": ".factory/sessions/a/s.settings.json",
    "grok": ".grok/sessions/d/s/updates.jsonl",
    "kimi": ".kimi/sessions/g/s/wire.jsonl",
    "openclaw": ".openclaw/agents/a/sessions/s.jsonl",
    "roo": ".config/Code/User/globalStorage/rooveterinaryinc.roo-cline/tasks/t/ui_messages.json",
    "amp": ".local/share/amp/threads/t.json",
}


@pytest.mark.parametrize("named", _STORES)
def test_a_pointer_is_called_one_whatever_agent_it_lies_with(
    named: str, home: Path, settings: MakeSettings
) -> None:
    path = put(home / _STORES[named], POINTER)
    name = named.strip()
    assert name == "claude" or name in {each.name for each in LISTED}
    with Monitor(settings()) as monitor:
        monitor.read()
        found = agents_of(monitor)[name]
        assert [reason for _, reason in found.unreadable] == [LFS]
        assert found.unreadable[0][0].startswith(str(path))
        assert found.silence
        (silent,) = (each for each in monitor.health().silent if each.agent == name)
        assert silent.reason == found.silence


def test_what_a_pointer_pointed_to_is_counted_once_it_is_there(
    home: Path, settings: MakeSettings
) -> None:
    path = put(home / ".claude/projects/-p/s.jsonl", POINTER)
    with Monitor(settings(ledger=str(home / "ledger.db"))) as monitor:
        monitor.read()
        path.write_bytes(answer("one", TIME, 10, session="s"))
        monitor.read()
        found = agents_of(monitor)["claude"]
        assert (found.responses, found.bad, found.unreadable, found.silence) == (1, 0, (), "")


def test_a_bad_file_hides_no_other(home: Path, settings: MakeSettings) -> None:
    root = home / ".codex" / "sessions"
    names = [f"rollout-2026-05-01T10-00-0{number}-x.jsonl" for number in range(4)]
    put(root / names[0], b"junk\n" * 90)
    for name in names[1:]:
        put(root / name, b'{"type":"x"}\n{"type":"cut\n')
    with Monitor(settings()) as monitor:
        monitor.read()
        found = agents_of(monitor)["codex"]
        assert found.bad == 93
        told = [path.rpartition("/")[2] for path, _ in found.unreadable]
        assert told == [f"{names[0]}:0", *(f"{name}:13" for name in names[1:])]
        health = monitor.health()
        assert [each.lines for each in health.bad_files] == [90, 1, 1, 1]
        assert len({each.path for each in health.bad_lines}) == 4


@pytest.mark.parametrize(
    ("line", "bad"),
    [
        (b"\n", 0),
        (b"\xef\xbb\xbf{}\n", 0),
        (b"\x00\x00\x00\n", 0),
        (b'{"type":"event_msg"}\n', 0),
        (b'{"type":"event_msg"}\r\n', 0),
        (b"no record\n", 1),
        (b'{"type":"event_msg"\n', 1),
        (b"\x00\x00 half a record}\n", 1),
    ],
)
def test_a_line_that_is_no_record_is_told_though_nobody_asked_for_it(
    line: bytes, bad: int, home: Path, settings: MakeSettings
) -> None:
    put(home / ".codex/sessions/rollout-2026-05-01T10-00-00-x.jsonl", line)
    with Monitor(settings()) as monitor:
        monitor.read()
        assert agents_of(monitor)["codex"].bad == bad


def test_a_store_of_which_nothing_could_be_counted_says_so(
    home: Path, settings: MakeSettings
) -> None:
    put(home / ".codex/sessions/rollout-2026-05-01T10-00-00-x.jsonl", b'{"type":"x"}\n')
    (home / ".gemini" / "tmp").mkdir(parents=True)
    write(home / ".claude", answer("one", TIME, 10))
    with Monitor(settings()) as monitor:
        monitor.read()
        found = agents_of(monitor)
        assert found["codex"].silence == "1 file is there and tells of no tokens"
        assert found["gemini"].silence == "no file of usage is there"
        assert found["claude"].silence == ""
        assert found["pi"].silence == ""
        assert [each.agent for each in monitor.health().silent] == ["codex", "gemini"]


def test_a_last_line_without_its_end_is_counted_of_every_agent(
    home: Path, settings: MakeSettings
) -> None:
    message = {"messageId": "m1", "outputTokens": 5}
    line = {"type": "assistant.message", "timestamp": "2026-05-01T10:00:00.000Z", "data": message}
    path = put(home / ".copilot/session-state/s/events.jsonl", json.dumps(line).encode())
    with Monitor(settings(ledger=str(home / "ledger.db"))) as monitor:
        monitor.read()
        assert agents_of(monitor)["copilot"].tokens == 5
        with path.open("ab") as file:
            file.write(b"\n" + json.dumps(line).encode().replace(b"m1", b"m2")[:-9])
        monitor.read()
        found = agents_of(monitor)["copilot"]
        assert (found.tokens, found.bad) == (5, 0)


def test_the_output_of_a_killed_process_counts_and_its_prompt_is_said_to_be_unknown(
    shared: Path, home: Path, settings: MakeSettings
) -> None:
    case = shared / "cases" / "found" / "copilot-no-shutdown"
    shutil.copytree(case, home, dirs_exist_ok=True)
    with Monitor(settings()) as monitor:
        monitor.read()
        assert agents_of(monitor)["copilot"].promptless == (1, 400)
        (said,) = monitor.health().promptless
        assert (said.title, said.responses, said.output) == ("GitHub Copilot CLI", 1, 400)


def test_responses_without_tokens_are_told_by_model(
    shared: Path, home: Path, settings: MakeSettings
) -> None:
    shutil.copytree(shared / "cases" / "found" / "third-party-zero", home / ".claude")
    with Monitor(settings()) as monitor:
        monitor.read()
        health = monitor.health()
        assert (health.responses, health.bad_files) == (1, ())
        assert [(each.model, each.responses) for each in health.empty] == [("kimi-for-coding", 2)]


def state(session: str, dollars: Any, **more: Any) -> bytes:
    """Return the line in which Claude Code says what a session cost when it ended."""
    said = {"type": "cost-state", "sessionId": session, "totalCostUSD": dollars, **more}
    return json.dumps({**said, "modelUsage": {}}).encode() + b"\n"


def test_claude_codes_own_count_stands_beside_ours(home: Path, settings: MakeSettings) -> None:
    root = home / ".claude"
    write(
        root,
        answer("a", TIME, 100_000, session="s1"),
        state("s1", 0.4),
        answer("b", TIME + 1, 100_000, session="s1"),
        state("s1", 0.9),
        state("s1", 0.8),
        name="-p/s1.jsonl",
    )
    write(root, answer("c", TIME, 100_000, session="s2"), name="-p/s2.jsonl")
    write(
        root,
        answer("d", TIME, 10, session="s3"),
        state("s3", 7.0),
        answer("e", TIME + 1, 10, session="s3"),
        name="-p/s3.jsonl",
    )
    write(
        root,
        answer("f", TIME, 10, session="s4"),
        state("s4", 5.0, hasUnknownModelCost=True),
        state("s4", "dear"),
        name="-p/s4.jsonl",
    )
    with Monitor(settings()) as monitor:
        monitor.read()
        own = monitor.health().own_figures
        assert own is not None
        ours = monitor.answers.session("s1", "auto")
        assert ours is not None
        assert (own.sessions, own.theirs) == (1, 900_000_000_000)
        assert own.ours == ours.row.row.figures.cost
