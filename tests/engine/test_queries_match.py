"""A name stands for the project or model that bears it, else for those it is a part of."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.reports.queries.matches import find_models, find_projects, no_model, no_project

_PROJECTS = {
    1: ("-home-me-code-app", "/home/me/code/app"),
    2: ("-home-me-code-app-two", "/home/me/code/app-two"),
    3: ("-home-me-Notes", "/home/me/Notes"),
    4: ("-srv-web", ""),
}
_SHORT = {1: "app", 2: "app-two", 3: "Notes", 4: "-srv-web"}
_MODELS = {
    1: "claude-opus-5-5",
    2: "claude-opus-5",
    3: "claude-sonnet-5-5",
    4: "claude-opus-5-fast",
    5: "anthropic/claude-haiku-4.5",
    6: "",
}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("-home-me-code-app", (1,)),
        ("/home/me/code/app", (1,)),
        ("/home/me/code/app/", (1,)),
        ("/home/me/code/../code/app", (1,)),
        ("app", (1, 2)),
        ("APP-TWO", (2,)),
        ("notes", (3,)),
        ("me/code", (1, 2)),
        ("/home/me", (1, 2, 3)),
        ("web", (4,)),
        ("-srv", (4,)),
        ("nothing", ()),
        ("/srv/web", ()),
    ],
)
def test_a_project_is_found_by_its_name_before_a_part_of_it(
    pattern: str, found: tuple[int, ...]
) -> None:
    assert find_projects(pattern, _PROJECTS, _SHORT) == found


@pytest.mark.posix
def test_a_place_is_seen_from_where_the_user_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("app", "app/inner", "apple", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "app")
    projects = {
        number: (f"-{name.replace('/', '-')}", str(tmp_path / name))
        for number, name in enumerate(("app", "app/inner", "apple"))
    }
    short = {number: f"p{number}" for number in projects}
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path / "app")

    def found(pattern: str) -> tuple[int, ...]:
        return find_projects(pattern, projects, short)

    assert found(".") == found("./") == found("~/app") == found("../app") == (0,)
    assert found("./inner") == (1,)
    assert found("~/link") == (0,)
    assert found("..") == found("~") == (0, 1, 2)
    monkeypatch.chdir(tmp_path / "other")
    assert found(".") == ()


def test_a_project_without_a_name_is_named_by_nothing() -> None:
    assert find_projects("", {**_PROJECTS, 5: ("", "")}, {**_SHORT, 5: "no project"}) == (5,)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("claude-opus-5", (2,)),
        ("Claude-Opus-5", (2,)),
        ("opus", (1, 2, 4)),
        ("OPUS-5", (1, 2, 4)),
        ("opus-5-5", (1,)),
        ("opus-5.5", (1,)),
        ("opus 5.5", (1,)),
        ("Haiku 4.5", (5,)),
        ("fast", (4,)),
        ("gpt", ()),
        ("--", ()),
    ],
)
def test_a_model_is_found_however_its_version_is_written(
    pattern: str, found: tuple[int, ...]
) -> None:
    assert find_models(pattern, _MODELS) == found


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    said = no_project("nots", _PROJECTS.values(), _SHORT.values())
    assert said == "No project is named like 'nots': the nearest are Notes."
    said = no_project("~/x/appp", _PROJECTS.values(), _SHORT.values())
    assert said == "No project is named like '~/x/appp': the nearest are app and app-two."
    said = no_project("zzzz", _PROJECTS.values(), _SHORT.values())
    assert said == "No project is named like 'zzzz': `ccmon projects` lists them all."
    said = no_model("claude-opsu-5", ["claude-opus-5", "claude-opus-5-5", "claude-opus-5-fast", ""])
    assert said == (
        "No model is named like 'claude-opsu-5': the nearest are"
        " claude-opus-5, claude-opus-5-5 and claude-opus-5-fast."
    )
    assert no_model("x", []) == "No model is named like 'x': `ccmon models` lists them all."
