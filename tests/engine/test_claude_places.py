"""Where Claude Code's transcripts lie: named directories, and those of Claude Desktop."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.agents.catalog import LISTED
from engine.agents.claude.places import (
    candidate_roots,
    cowork_roots,
    listed,
    may_hold_cowork,
    named_roots,
)
from engine.agents.registry import places_of
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.made_lines import answer, moment

MakeSettings = Callable[..., Settings]
TIME = moment("2026-11-20T10:00")


@pytest.mark.parametrize(
    ("text", "there", "entries"),
    [
        ("a,b", "a b", ["a", "b"]),
        ("a,b", "a,b a b", ["a,b"]),
        (" a , b ,", "", ["a", "b"]),
        ("x,a,b,y", "a,b", ["x", "a,b", "y"]),
        ("a,b,c", "a,b b,c", ["a,b", "c"]),
        ("a, b,c", "a,_b,c", ["a, b,c"]),
        (",,", "", []),
    ],
)
def test_a_comma_in_a_name_that_is_there_separates_nothing(
    text: str, there: str, entries: list[str]
) -> None:
    known = {each.replace("_", " ") for each in there.split(" ")}
    assert listed(text, known.__contains__) == entries


def test_the_whole_of_the_variable_is_one_root_where_it_is_a_directory(tmp_path: Path) -> None:
    (tmp_path / "a,b" / "projects").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    whole = str(tmp_path / "a,b")
    assert named_roots(whole, tmp_path) == [Path(whole)]
    assert named_roots(f"{whole}/projects", tmp_path) == [Path(whole)]
    assert named_roots("~/a,b", tmp_path) == [Path(whole)]
    assert named_roots(f"{whole},{tmp_path}/c, ~/d", tmp_path) == [
        Path(whole),
        tmp_path / "c",
        tmp_path / "d",
    ]


def test_other_agents_directories_may_have_a_comma_too(tmp_path: Path) -> None:
    (codex,) = (each for each in LISTED if each.name == "codex")
    (tmp_path / "a,b").mkdir()
    environment = {"CODEX_HOME": f"{tmp_path}/a,b,{tmp_path}/c"}
    assert places_of(codex, environment, tmp_path) == [f"{tmp_path}/a,b", f"{tmp_path}/c"]


def test_a_found_directory_with_a_comma_is_read(
    shared: Path, tmp_path: Path, settings: MakeSettings
) -> None:
    root = shutil.copytree(shared / "cases" / "found" / "comma,dir", tmp_path / "x,y")
    environment = {"CLAUDE_CONFIG_DIR": str(root)}
    with Monitor(settings(environment=environment)) as monitor:
        monitor.read()
        assert monitor.report("daily").totals.figures.tokens.total == 2


def test_claude_desktops_sessions_are_read_without_their_audits(
    shared: Path, home: Path, settings: MakeSettings
) -> None:
    shutil.copytree(shared / "cases" / "found" / "cowork" / "home", home, dirs_exist_ok=True)
    with Monitor(settings()) as monitor:
        monitor.read()
        figures = monitor.report("daily").totals.figures
        assert (figures.responses, figures.tokens.total) == (3, 2_480)
    named = settings(environment={"HOME": str(home), "CLAUDE_CONFIG_DIR": str(home / ".claude")})
    for narrowed in (named, settings(roots=(home / ".claude",))):
        with Monitor(narrowed) as monitor:
            monitor.read()
            assert monitor.report("daily").totals.figures.responses == 1


def test_a_session_of_claude_desktop_that_begins_later_is_read_too(
    home: Path, settings: MakeSettings
) -> None:
    store = home / ".config" / "Claude" / "local-agent-mode-sessions" / "a" / "b"
    with Monitor(settings(ledger=str(home / "ledger.db"))) as monitor:
        monitor.read()
        for number in range(3):
            place = store / f"local_{number}" / ".claude" / "projects" / "-sessions-fox"
            place.mkdir(parents=True)
            line = answer(f"n{number}", TIME, 10, session=f"s{number}")
            (place / f"s{number}.jsonl").write_bytes(line)
            (store / f"local_{number}" / "audit.jsonl").write_bytes(line.replace(b"n0", b"other"))
            (store / f"local_{number}" / "outputs").mkdir()
            (store / f"local_{number}" / "outputs" / "x.jsonl").write_bytes(b"no record\n")
            monitor.read()
            figures = monitor.report("daily").totals.figures
            assert (figures.responses, figures.tokens.total) == (number + 1, 10 * (number + 1))
        (root,) = (each for each in monitor.health().roots if each.is_cowork)
        assert (root.files, root.bad_lines, root.oldest_deleted_at) == (3, 0, None)
        detail = monitor.detail("sessions", "s1")
        assert detail is not None
        assert dict(detail.facts)["Transcript"].endswith(
            "local_1/.claude/projects/-sessions-fox/s1.jsonl"
        )


@pytest.mark.parametrize(
    ("platform", "places"),
    [
        ("linux", [".config/Claude"]),
        ("darwin", ["Library/Application Support/Claude"]),
        (
            "win32",
            ["AppData/Roaming/Claude", "AppData/Local/Packages/Claude_x/LocalCache/Roaming/Claude"],
        ),
    ],
)
def test_claude_desktop_is_looked_for_where_each_system_keeps_it(
    tmp_path: Path, platform: str, places: list[str]
) -> None:
    (tmp_path / "AppData/Local/Packages/Claude_x").mkdir(parents=True)
    right = [tmp_path / place / "local-agent-mode-sessions" for place in places]
    assert list(cowork_roots({}, tmp_path, platform)) == right
    assert candidate_roots({}, tmp_path, platform)[0][2:] == right
    assert candidate_roots({"CLAUDE_CONFIG_DIR": "/x"}, tmp_path, platform)[0] == [Path("/x")]


@pytest.mark.parametrize(
    ("relative", "may"),
    [
        ("a", True),
        ("a/b/local_1", True),
        ("a/b/local_1/.claude", True),
        ("a/b/local_1/.claude/projects/-p/s.jsonl", True),
        ("a/b/local_1/.claude/projects/-p/s/subagents/agent-1.jsonl", True),
        ("a/b/local_1/.claude/projects/-p", True),
        ("a/b/local_1/.claude/projects/-p/s.txt", False),
        ("a/b/local_1/audit.jsonl", False),
        ("a/b/local_1/.claude/todos", False),
        ("a/b/other/.claude/projects/-p/s.jsonl", False),
    ],
)
def test_only_what_may_be_a_transcript_is_looked_at(relative: str, may: bool) -> None:
    assert may_hold_cowork(relative) is may
