"""Which project a session is of: working directories, worktrees, containers; and what they are
called, on every face.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.aggregates.projects import Projects
from engine.domain.projects import called, labels, project_at, project_named
from engine.domain.questions import Question, Selection
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests import slow_projects
from tests.conftest import NOW
from tests.made_lines import DAY, MINUTE, answer, write

MakeSettings = Callable[..., Settings]
HOME = "/data/me"


@pytest.mark.parametrize(
    ("path", "project", "worktree"),
    [
        ("/home/u/shop", "/home/u/shop", ""),
        ("/home/u/shop/", "/home/u/shop", ""),
        ("/home/u//shop", "/home/u/shop", ""),
        ("/", "/", ""),
        ("/home/u", "/home/u", ""),
        ("/home/u/설계", "/home/u/설계", ""),
        ("/home/u/🦊 a_b.c", "/home/u/🦊 a_b.c", ""),
        ("/home/u/shop/.claude/worktrees/calm-fox", "/home/u/shop", "calm-fox"),
        ("/home/u/shop/.claude/worktrees/x/packages/api", "/home/u/shop/packages/api", "x"),
        ("/home/u/shop/.claude/worktrees/a/.claude/worktrees/b/c", "/home/u/shop/c", "a/b"),
        ("/home/u/shop/.claude/worktrees", "/home/u/shop/.claude/worktrees", ""),
        ("/home/u/shop/.claude/worktrees/日本 _.", "/home/u/shop", "日本 _."),
        ("/home/u/.claude/worktrees/x", "/home/u/.claude/worktrees/x", ""),
        ("/home/u/.claude/worktrees/x/a", "/home/u/.claude/worktrees/x/a", ""),
        ("/Users/u/.claude/worktrees/x", "/Users/u/.claude/worktrees/x", ""),
        ("/root/.claude/worktrees/x", "/root/.claude/worktrees/x", ""),
        ("/data/me/.claude/worktrees/x", "/data/me/.claude/worktrees/x", ""),
        ("/data/me/shop/.claude/worktrees/x", "/data/me/shop", "x"),
        (
            "/home/u/.claude/worktrees/x/.claude/worktrees/y",
            "/home/u/.claude/worktrees/x",
            "y",
        ),
        ("/.claude/worktrees/x/y", "/y", "x"),
        ("c:\\Users\\u\\shop", "C:\\Users\\u\\shop", ""),
        ("C:\\Users\\u\\shop\\", "C:\\Users\\u\\shop", ""),
        ("c:/Users/u/shop", "C:\\Users\\u\\shop", ""),
        ("c:\\", "C:\\", ""),
        ("d:\\shop\\.claude\\worktrees\\x\\api", "D:\\shop\\api", "x"),
        ("c:\\Users\\u\\.claude\\worktrees\\x", "C:\\Users\\u\\.claude\\worktrees\\x", ""),
        ("\\\\host\\share\\shop", "\\\\host\\share\\shop", ""),
        ("/home/u/.codex/worktrees/1a2b/api", "api (codex worktrees)", "1a2b"),
        ("/home/u/.codex/worktrees/1a2b/api/src", "api (codex worktrees)", "1a2b"),
        ("/home/u/.codex/worktrees/1a2b", "/home/u/.codex/worktrees/1a2b", ""),
        ("/home/u/.t3/worktrees/api/fix/src", "api (t3 worktrees)", "fix"),
        ("/home/u/.t3/worktrees/api", "api (t3 worktrees)", ""),
        ("C:\\Users\\u\\.codex\\worktrees\\7\\api", "api (codex worktrees)", "7"),
    ],
)
def test_a_working_directory_is_of_a_project(path: str, project: str, worktree: str) -> None:
    found = project_at(path, HOME)
    assert (found.key, found.worktree) == (project, worktree)
    assert slow_projects.fold(path, HOME) == project


_PARTS = st.sampled_from(
    (
        *("a", "b_c", "d.e", " ", "설계", "🦊", "home", "u", "Users", "root", "data", "me"),
        *(".claude", "worktrees", ".codex", ".t3", ".claude/worktrees", ".claude/worktrees/w"),
        ".codex/worktrees/1",
    )
)
_PATHS = st.builds(
    lambda head, parts, separator, end: separator.join((head, *parts)) + end,
    st.sampled_from(("", "", "/home/u", "/data/me", "c:", "C:", "\\\\host\\share")),
    st.lists(_PARTS, min_size=1, max_size=8),
    st.just("/"),
    st.sampled_from(("", "/")),
)


@given(_PATHS, st.booleans())
@example("/home/u/.claude/worktrees/w/.claude/worktrees/w", False)
def test_projects_are_those_of_a_slow_reading(path: str, is_windows: bool) -> None:
    if is_windows and not path.startswith("/"):
        path = path.replace("/", "\\")
    found = project_at(path, HOME)
    assert found.key == slow_projects.fold(path, HOME)
    assert not found.is_path or project_at(found.key, HOME)[:2] == found[:2], "folding twice"


@given(st.lists(_PATHS, max_size=12), st.lists(st.sampled_from(("a", "-a", "")), max_size=2))
def test_labels_tell_projects_apart(paths: list[str], names: list[str]) -> None:
    made = [project_at(path, HOME) for path in paths] + [project_named(name) for name in names]
    projects = dict(enumerate({each.key: each for each in made}.values()))
    found = labels(projects)
    assert set(found) == set(projects)
    assert len(set(found.values())) == len(projects)


@pytest.mark.parametrize(
    ("paths", "shown"),
    [
        (("/x/shop", "/x/blog"), ("shop", "blog")),
        (("/x/api", "/y/api"), ("x/api", "y/api")),
        (("/one/x/api", "/two/x/api", "/z/api"), ("one/x/api", "two/x/api", "z/api")),
        (("/api", "/x/api"), ("/api", "x/api")),
        (("C:\\a\\api", "D:\\a\\api"), ("C:/a/api", "D:/a/api")),
        (("/x/api", "/h/.codex/worktrees/1/api"), ("api", "api (codex worktrees)")),
        (("/", "/home"), ("/", "home")),
    ],
)
def test_labels_are_as_short_as_they_can_be(paths: tuple[str, ...], shown: tuple[str, ...]) -> None:
    projects = {number: project_at(path) for number, path in enumerate(paths)}
    assert tuple(labels(projects)[number] for number in projects) == shown


@pytest.mark.parametrize("name", ["/home/u/a_b", "-home-u-a-b", "a_b"])
def test_a_user_may_name_a_project_by_path_directory_or_label(name: str) -> None:
    assert called("a_b", "/home/u/a_b", {name: "Mine"}) == "Mine"
    assert called("a_b", "/home/u/a_b", {"other": "Mine"}) == "a_b"


def _said(name: str, session: str, cwd: str, minute: int, **more: Any) -> bytes:
    at = NOW - DAY + minute * MINUTE
    return answer(name, at, 10**minute, session=session, cwd=cwd, **more)


@pytest.fixture
def monitor(tmp_path: Path, settings: MakeSettings) -> Monitor:
    """A monitor that has read two projects that share a directory, and two worktrees of one."""
    lines = {
        "-home-u-a-b/s1.jsonl": _said("1", "s1", "/home/u/a_b", 1),
        "-home-u-a-b/s2.jsonl": _said("2", "s2", "/home/u/a/b", 2),
        "-home-u-a-b--claude-worktrees-x/s3.jsonl": _said(
            "3", "s3", "/home/u/a_b/.claude/worktrees/x", 3
        ),
        "-home-u-a-b--claude-worktrees-y/s4.jsonl": _said(
            "4", "s4", "/home/u/a/b/.claude/worktrees/y", 4
        ),
    }
    for name, line in lines.items():
        write(tmp_path, line, name=name)
    opened = Monitor(settings(roots=(tmp_path,)))
    opened.read()
    return opened


RIGHT = {"/home/u/a_b": 1_010, "/home/u/a/b": 10_100}


def test_every_view_groups_by_project(monitor: Monitor) -> None:
    with monitor:
        live = monitor.report("projects").rows
        asked = monitor.answers.answer(Question(kind="projects")).rows
        assert {row.key: row.figures.tokens.total for row in live} == RIGHT
        assert {row.row.key: row.row.figures.tokens.total for row in asked} == RIGHT
        assert {row.label for row in live} == {"a_b", "b"}
        days = monitor.answers.answer(Question(kind="daily", by_project=True)).rows
        assert {row.project: row.row.figures.tokens.total for row in days} == RIGHT
        sessions = monitor.answers.answer(Question(kind="session")).rows
        assert {(row.row.key, row.row.project, row.worktree) for row in sessions} == {
            ("s1", "a_b", ""),
            ("s2", "b", ""),
            ("s3", "a_b", "x"),
            ("s4", "b", "y"),
        }
        as_ccusage = Question(kind="daily", by_project=True, by_directory=True)
        directories = monitor.answers.answer(as_ccusage).rows
        assert {row.directory: row.row.figures.tokens.total for row in directories} == {
            "-home-u-a-b": 110,
            "-home-u-a-b--claude-worktrees-x": 1_000,
            "-home-u-a-b--claude-worktrees-y": 10_000,
        }


@pytest.mark.parametrize("block_length", [5 * 60 * MINUTE, 7 * MINUTE])
@pytest.mark.parametrize("kind", ["daily", "session", "models", "blocks", "projects", "hourly"])
@pytest.mark.parametrize(
    ("pattern", "tokens"),
    [
        ("a_b", 1_010),
        ("/home/u/a/b", 10_100),
        ("/home/u/a/b/.claude/worktrees/elsewhere", 10_100),
        ("-home-u-a-b", 110),
        ("-home-u-a-b--claude-worktrees-x", 1_000),
        ("/home/u", 11_110),
    ],
)
def test_a_project_is_chosen_by_any_of_its_names(
    pattern: str, tokens: int, kind: str, block_length: int, monitor: Monitor
) -> None:
    asked = Question(kind=kind, selection=Selection(project=pattern), block_length=block_length)
    with monitor:
        found = monitor.answers.answer(asked)
    assert (found.notes, found.totals.figures.tokens.total) == ((), tokens)


def test_details_tell_the_worktree(monitor: Monitor) -> None:
    with monitor:
        session = monitor.detail("sessions", "s3")
        project = monitor.detail("projects", "/home/u/a_b")
    assert session is not None
    assert project is not None
    assert dict(session.facts) == {
        "Session": "s3",
        "Project": "/home/u/a_b",
        "Worktree": "x",
        "Works in": "/home/u/a_b/.claude/worktrees/x",
        "Transcript": dict(session.facts)["Transcript"],
    }
    assert project.figures.tokens.total == 1_010
    assert {row.key for row in project.sessions} == {"s1", "s3"}
    assert dict(project.facts)["Worktrees"] == "x"


def test_a_session_that_comes_to_be_known_better_moves_on_the_screen(
    tmp_path: Path, settings: MakeSettings
) -> None:
    write(tmp_path, _said("1", "s1", "/home/u/web", 2), name="-home-u-shop/s1.jsonl")
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.read()
        assert [row.project for row in monitor.report("sessions").rows] == ["web"]
        write(tmp_path, _said("2", "s1", "/home/u/shop", 3), name="-home-u-shop/s1.jsonl")
        monitor.read()
        assert [row.project for row in monitor.report("sessions").rows] == ["shop"]
        assert [row.key for row in monitor.report("projects").rows] == ["/home/u/shop"]


def test_a_project_that_no_session_works_in_any_more_makes_no_name_longer() -> None:
    workplaces = {1: ("/b", False), 2: ("/a/b", False), 3: ("/c", False)}
    projects = Projects()
    projects.learn([(1, 1), (2, 2)], workplaces)
    assert projects.label(projects.of(1)) != "b", "two have that name"
    projects.learn([(2, 3)], workplaces)
    assert projects.label(projects.of(1)) == "b"
    assert projects.label(projects.of(2)) == "c"
