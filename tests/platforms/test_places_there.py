"""Where things lie on each system, from an environment and a home that are given."""

from __future__ import annotations

import json
import ntpath
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.agents import registry
from engine.agents.cursor.editor import editor_store
from engine.domain.paths import (
    config_directory,
    data_directory_in,
    desktop_apps,
    expanded,
    support,
)
from engine.limits.endpoint import credentials
from engine.limits.endpoint.credentials import find_token, keychain_services
from engine.net import keyring as keyrings
from engine.reports.queries.matches import find_projects

_HOME = Path("/home/me")
_LOCAL, _ROAMING = {"LOCALAPPDATA": "/l"}, {"APPDATA": "/r"}
_MAC = _HOME / "Library" / "Application Support"


@pytest.mark.parametrize(
    ("platform", "environment", "data", "config"),
    [
        ("linux", {}, _HOME / ".local/share/ccmon", _HOME / ".config/ccmon"),
        ("darwin", {}, _MAC / "ccmon", _MAC / "ccmon"),
        ("win32", {}, _HOME / "AppData/Local/ccmon", _HOME / "AppData/Local/ccmon"),
        ("win32", {**_LOCAL, **_ROAMING}, Path("/l/ccmon"), Path("/l/ccmon")),
        *(
            (
                system,
                {"XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c"},
                Path("/d/ccmon"),
                Path("/c/ccmon"),
            )
            for system in ("linux", "darwin", "win32")
        ),
        *(
            (system, {"CCMON_DATA_DIR": "~/d", "CCMON_CONFIG_DIR": "~"}, _HOME / "d", _HOME)
            for system in ("linux", "darwin", "win32")
        ),
    ],
)
def test_ccmons_own_files_lie_where_the_given_surroundings_have_them(
    platform: str,
    environment: dict[str, str],
    data: Path,
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, "/never")
    assert data_directory_in(environment, _HOME, platform) == data
    assert Path(config_directory(environment, str(_HOME), platform)) == config


def test_programs_with_windows_keep_theirs_where_electron_does(tmp_path: Path) -> None:
    assert support({}, _HOME, "darwin") == _MAC
    assert support(_ROAMING, _HOME, "win32") == Path("/r")
    assert support({}, _HOME, "win32") == _HOME / "AppData" / "Roaming"
    assert support({"XDG_CONFIG_HOME": "/c"}, _HOME, "linux") == Path("/c")
    package = tmp_path / "Packages" / "Claude_abc"
    package.mkdir(parents=True)
    found = desktop_apps({"LOCALAPPDATA": str(tmp_path), **_ROAMING}, _HOME, "win32")
    assert found == [Path("/r/Claude"), package / "LocalCache" / "Roaming" / "Claude"]
    assert editor_store(_ROAMING, _HOME, "win32") is None


def test_a_tilde_is_the_given_home_with_either_slash() -> None:
    assert expanded("~/x", "/h") == "/h/x"
    assert expanded("~\\x", "/h") == "/h/x"
    assert expanded("~", "/h") == "/h"
    assert expanded("/x/~", "/h") == "/x/~"


def test_crush_is_looked_for_where_it_keeps_its_list_on_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project" / ".crush"
    index = tmp_path / "crush" / "projects.json"
    index.parent.mkdir()
    told = {"projects": [{"path": str(project.parent), "data_dir": str(project)}]}
    index.write_text(json.dumps(told), "utf-8")
    monkeypatch.setattr(registry, "PLATFORM", "win32")
    places = registry.Registry({"LOCALAPPDATA": str(tmp_path)}, tmp_path / "home").places(
        ("crush",)
    )
    assert str(project) in [place for _, place in places]


def test_each_config_directory_has_its_own_entry_in_the_keychain() -> None:
    plain = "Claude Code-credentials"
    assert keychain_services({}, (_HOME / ".claude", _HOME / ".config" / "claude")) == (plain,)
    assert keychain_services({}, ()) == (plain,)
    environment = {"CLAUDE_CONFIG_DIR": "/Users/me/work"}
    assert keychain_services(environment, (_HOME / ".claude",)) == (f"{plain}-b6542e25",)
    composed, decomposed = "/Users/m\u00e9", "/Users/me\u0301"
    assert keychain_services({"CLAUDE_CONFIG_DIR": composed}, ()) == keychain_services(
        {"CLAUDE_CONFIG_DIR": decomposed}, ()
    )
    assert plain not in keychain_services({}, (Path("/Users/me/work"),))


def test_another_accounts_token_is_never_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[list[str]] = []

    def run(words: list[str], **_: Any) -> Any:
        asked.append(words[1:])
        service = words[words.index("-s") + 1]
        kept = {"claudeAiOauth": {"accessToken": f"token-of-{service[-8:]}"}}
        is_there = service == credentials.KEYCHAIN_SERVICE
        return SimpleNamespace(returncode=0 if is_there else 44, stdout=json.dumps(kept).encode())

    monkeypatch.setattr("shutil.which", lambda name, path: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", run)
    environment = {"USER": "me", "CLAUDE_CONFIG_DIR": str(tmp_path)}
    assert find_token(environment, (tmp_path,), 0, "darwin").lack == "absent"
    assert all(words[:3] == ["find-generic-password", "-a", "me"] for words in asked)
    assert find_token({"USER": "me"}, (tmp_path / ".claude",), 0, "darwin").token


@pytest.mark.parametrize("failure", [OSError(1312, "no logon session"), "library"])
def test_a_keyring_that_fails_by_the_system_is_no_keyring(
    failure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failure(Exception):
        pass

    error = Failure("1783") if failure == "library" else failure
    monkeypatch.setitem(
        __import__("sys").modules,
        "win32ctypes.pywin32.pywintypes",
        SimpleNamespace(error=Failure),
    )

    def fail(*_: object) -> Any:
        raise error

    keyring = SimpleNamespace(
        errors=SimpleNamespace(KeyringError=RuntimeError),
        set_password=fail,
        get_password=fail,
        delete_password=fail,
    )
    monkeypatch.setattr(keyrings, "_keyring", lambda: keyring)
    assert keyrings.put_in_keyring("s", "a", "x") is False
    assert keyrings.of_keyring("s", "a") == ""
    keyrings.take_from_keyring("s", "a")


_CODE = r"C:\Users\me\Code"
_PROJECTS = {
    1: ("-C--Users-me-Code-api", rf"{_CODE}\api"),
    2: ("-C--Users-me-Code-web", r"c:\users\ME\code\web"),
    3: ("-D--other", r"D:\other"),
}
_NAMES = {1: "api", 2: "web", 3: "other"}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"~\code", (1, 2)),
        ("~/Code", (1, 2)),
        (".", (1,)),
        (r"C:\Users\me\code\WEB", (2,)),
        ("c:/users/me/code/api", (1,)),
        ("other\\", (3,)),
        (r"..\web", (2,)),
    ],
)
def test_projects_are_found_by_windows_paths(
    pattern: str, found: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def realpath(path: str) -> str:
        return ntpath.normpath(ntpath.join(rf"{_CODE}\api", path))

    monkeypatch.setenv("USERPROFILE", r"C:\Users\me")
    monkeypatch.setattr(ntpath, "realpath", realpath)
    assert find_projects(pattern, _PROJECTS, _NAMES, paths=ntpath) == found
