"""The configuration over HTTP: shown without secrets, changed as a whole or not at all."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.domain.mistakes import SettingsError
from engine.service.endpoint import API
from tests.service.served import Served, made_settings, serving
from tui.config.changes import UserConfiguration, changed_text

TEXT = """\
# mine
timezone = "UTC"  # where I am

[daily]
last = 7

[notify]
webhook = "https://hooks.example.org/sk-SECRET"
"""


@pytest.fixture
def file(home: Path) -> Path:
    path = home / ".config" / "ccmon" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT)
    path.chmod(0o600)
    return path


@pytest.fixture
def server(tmp_path: Path, file: Path) -> Iterator[Served]:
    with serving(made_settings(tmp_path), UserConfiguration(str(file))) as server:
        yield server


def test_it_is_shown_with_where_each_value_comes_from_and_without_secrets(server: Served) -> None:
    reply = server.ask(f"{API}/config")
    assert b"SECRET" not in reply.body
    shown = reply.document
    assert shown["values"]["daily"]["timezone"]["value"] == "UTC"
    assert shown["values"]["daily"]["timezone"]["source"] == "file"
    assert shown["notify"]["webhook"]["value"] == "hooks.example.org …"


@pytest.mark.posix
def test_a_change_is_kept_and_all_else_stays(server: Served, file: Path) -> None:
    reply = server.post(f"{API}/config", {"timezone": "Asia/Tokyo", "limit": "500k"})
    assert reply.status == 200, reply.body
    assert reply.document["changed"] == {
        "timezone": {"before": "UTC", "after": "Asia/Tokyo"},
        "limit": {"before": None, "after": "500k"},
    }
    text = file.read_text()
    assert text == TEXT.replace(
        'timezone = "UTC"  # where I am\n', 'timezone = "Asia/Tokyo"\n'
    ).replace("\n[daily]", '\nlimit = "500k"\n[daily]')
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert server.post(f"{API}/config", {"limit": None}).document["changed"] == {
        "limit": {"before": "500k", "after": None}
    }
    assert "limit" not in file.read_text()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"timezon": "UTC"}, "did you mean 'timezone'?"),
        ({"timezone": "Atlantis"}, "Atlantis"),
        ({"timezone": "Asia/Tokyo", "top": 0}, "not a number"),
        ({"ledger": "/tmp/elsewhere"}, "changed in the file alone"),
        ({"config-dir": ["/"]}, "changed in the file alone"),
        ({"notify": {"command": "sh"}}, "There is no key 'notify'"),
        ({"limit": {"a": 1}}, "A value is a text"),
    ],
)
def test_what_cannot_hold_changes_nothing(
    server: Served, file: Path, values: dict[str, object], sentence: str
) -> None:
    reply = server.post(f"{API}/config", values)
    assert reply.status == 400
    assert sentence in reply.document["detail"]
    assert file.read_text() == TEXT


def test_a_body_that_is_no_object_is_refused(server: Served) -> None:
    kind = {"Content-Type": "application/json"}
    for body in (b"[]", b"{", b"\xff"):
        headers = {"Authorization": "Bearer a-token-of-the-tests", **kind}
        assert server.ask(f"{API}/config", "POST", body, headers).status == 400


def test_a_value_on_several_lines_is_left_to_its_user(home: Path, file: Path) -> None:
    file.write_text('agents = [\n  "claude",\n]\n')
    with pytest.raises(SettingsError, match="this is not TOML"):
        UserConfiguration(str(file)).change({"agents": ["codex"]})
    assert file.read_text() == 'agents = [\n  "claude",\n]\n'


def test_the_first_value_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    UserConfiguration(str(path)).change({"timezone": "UTC"})
    assert path.read_text() == 'timezone = "UTC"\n'
    assert changed_text("a = 1", {"b": True}) == "a = 1\nb = true\n"
