"""What sessions are called: the last title of the best kind, read on, kept in memory alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.agents.claude.titles import Titles
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.made_lines import answer, moment, write

MakeSettings = Callable[..., Settings]
_NOW = moment("2026-11-22T12:00")


def _line(kind: str, **fields: object) -> bytes:
    return json.dumps({"type": kind, **fields}, separators=(",", ":")).encode() + b"\n"


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    return tmp_path / "s1.jsonl"


def _title(titles: Titles, transcript: Path) -> str:
    titles.learn({"s1": str(transcript)})
    return titles.title("s1")


def test_the_users_own_title_goes_before_a_made_one_and_that_before_a_prompt(
    transcript: Path,
) -> None:
    lines = [
        _line("custom-title", customTitle="Mine"),
        _line("ai-title", aiTitle="Made"),
        _line("last-prompt", lastPrompt="Please"),
    ]
    for kept, right in ((lines, "Mine"), (lines[1:], "Made"), (lines[2:], "Please"), ([], "")):
        transcript.write_bytes(b"".join(kept))
        assert _title(Titles(), transcript) == right


def test_of_several_lines_the_last_holds_and_only_new_ones_are_read(
    transcript: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = Titles()
    transcript.write_bytes(_line("ai-title", aiTitle="First"))
    assert _title(titles, transcript) == "First"
    with transcript.open("ab") as file:
        file.write(_line("ai-title", aiTitle="Second") + b'{"type":"ai-title","aiTi')
    assert _title(titles, transcript) == "Second"
    with transcript.open("ab") as file:
        file.write(b'tle":"Third"}\n')
    assert _title(titles, transcript) == "Third"
    assert not titles.learn({"s1": str(transcript)}), "nothing new was said to be new"


def test_a_transcript_written_anew_is_read_anew(transcript: Path) -> None:
    titles = Titles()
    transcript.write_bytes(_line("custom-title", customTitle="Old") * 3)
    assert _title(titles, transcript) == "Old"
    transcript.write_bytes(_line("ai-title", aiTitle="New"))
    assert _title(titles, transcript) == "New"


def test_damage_gives_no_title_and_a_title_is_one_line(transcript: Path) -> None:
    transcript.write_bytes(
        b'{"type":"ai-title","aiTitle":\n{"type":"ai-title","aiTitle":7}\n'
        + _line("ai-title", aiTitle="  two\nlines  " + "x" * 500)
        + b'{"type":"custom-title"}\n["type":"custom-title"]\n'
    )
    title = _title(Titles(), transcript)
    assert title.startswith("two lines xxx")
    assert len(title) == 200
    assert _title(Titles(), transcript.with_name("gone.jsonl")) == ""


def test_reports_and_the_live_sessions_bear_titles_once_learnt(
    tmp_path: Path, settings: MakeSettings
) -> None:
    write(tmp_path, answer("a", _NOW - 60_000, 5))
    path = next((tmp_path / "projects").rglob("*.jsonl"))
    with path.open("ab") as file:
        file.write(_line("ai-title", aiTitle="Mend the roof"))
    with Monitor(settings(roots=(tmp_path,), clock=lambda: _NOW)) as monitor:
        monitor.read()
        assert monitor.learn_titles(["s1"])
        (session,) = monitor.snapshot().sessions
        assert session.title == "Mend the roof"
        (row,) = monitor.report("sessions").rows
        assert row.label == "Mend the roof"
        assert not monitor.learn_titles([row.key])
        assert not monitor.learn_titles(["unheard of"])


def test_an_old_sessions_title_is_learnt_when_asked_for(
    tmp_path: Path, settings: MakeSettings
) -> None:
    old = answer("a", _NOW - 90 * 3_600_000, 5)
    write(tmp_path, old, _line("custom-title", customTitle="Long ago"))
    write(tmp_path, answer("b", _NOW, 5, session="s2"), name="-code-app/s2.jsonl")
    with Monitor(settings(roots=(tmp_path,), clock=lambda: _NOW)) as monitor:
        monitor.read()
        assert [row.label for row in monitor.report("sessions").rows] == ["s2", "s1"]
        assert monitor.learn_titles(["s1", "s2"])
        assert [row.label for row in monitor.report("sessions").rows] == ["s2", "Long ago"]


def test_what_a_title_costs_does_not_grow_with_history(
    tmp_path: Path, settings: MakeSettings
) -> None:
    """Counted in the steps of SQLite's machine, a hundred at a time."""
    taken: list[int] = []
    for others in (10, 150):
        root = tmp_path / str(others)
        write(root, answer("a0", _NOW))
        for number in range(others):
            line = answer(f"b{number}", _NOW - number, session=f"o{number}")
            write(root, line, name=f"-code-app/o{number}.jsonl")
        with Monitor(settings(roots=(root,), clock=lambda: _NOW)) as monitor:
            monitor.read()
            steps: list[None] = []
            connection = monitor._ledger.connection
            connection.set_progress_handler(lambda steps=steps: steps.append(None), 100)
            monitor.learn_titles(["s1"])
            connection.set_progress_handler(None, 0)
            taken.append(len(steps))
    assert taken[1] <= taken[0] + 1
