"""The session token: how it may be given, where it is kept, and that it is shown nowhere."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from engine.agents.cursor.editor import editor_store, editor_token
from engine.agents.cursor.login import TokenKeeping
from engine.agents.cursor.tokens import COOKIE, TokenError, parse_token
from engine.domain.settings import Settings
from tests.cursor_site import ACCOUNT, SECRET, TOKEN, holds_secret


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"{ACCOUNT}::{SECRET}",
        f" {COOKIE}={TOKEN}; Path=/\n",
        f'"{TOKEN}"',
        SECRET,
    ],
)
def test_a_token_is_taken_however_it_was_copied(text: str) -> None:
    token = parse_token(text)
    assert (token.account, token.secret) == (ACCOUNT, SECRET)
    assert token.cookie == f"{COOKIE}={TOKEN}"
    assert token.expires_at == 1_800_000_000_000
    assert SECRET not in repr(token)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "opensesame",
        "a.b.c",
        f"us er::{SECRET}",
        f"{ACCOUNT}::sec\nret-of-a-kind-and-more",
        "é" * 40,
    ],
)
def test_what_is_no_token_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(TokenError) as caught:
        parse_token(text)
    assert not text or text not in str(caught.value)


@pytest.mark.posix
def test_a_token_is_kept_in_a_file_for_its_owner_alone(
    settings: Callable[..., Settings], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    keeping = TokenKeeping(settings(environment={"CCMON_DATA_DIR": str(data)}))
    assert (keeping.load(), keeping.account, keeping.forget()) == (None, "", False)
    keeping.keep(parse_token(TOKEN))
    assert keeping.path.stat().st_mode & 0o777 == 0o600
    assert keeping.load() == parse_token(TOKEN)
    assert list(data.iterdir()) == [keeping.path]
    assert keeping.forget()
    assert (keeping.load(), list(data.iterdir())) == (None, [])


def made_keyring(priority: float, kept: dict[tuple[str, str], str]) -> ModuleType:
    """Return a package that answers as `keyring` does."""

    class KeyringError(Exception):
        pass

    def delete(service: str, name: str) -> None:
        if kept.pop((service, name), None) is None:
            raise KeyringError

    keyring: object = SimpleNamespace(
        get_keyring=lambda: SimpleNamespace(priority=priority),
        set_password=lambda service, name, secret: kept.update({(service, name): secret}),
        get_password=lambda service, name: kept.get((service, name)),
        delete_password=delete,
        errors=SimpleNamespace(KeyringError=KeyringError),
    )
    assert isinstance(keyring, SimpleNamespace)
    module = ModuleType("keyring")
    module.__dict__.update(vars(keyring))
    return module


def test_where_there_is_a_keyring_no_file_holds_the_secret(
    settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setitem(sys.modules, "keyring", made_keyring(5, kept))
    keeping = TokenKeeping(settings(environment={"CCMON_DATA_DIR": str(tmp_path)}))
    keeping.keep(parse_token(TOKEN))
    assert list(kept.values()) == [SECRET]
    assert holds_secret(tmp_path) == []
    assert (keeping.load(), keeping.is_in_keyring) == (parse_token(TOKEN), True)
    keeping.forget()
    assert (kept, keeping.load()) == ({}, None)


def test_a_keyring_that_is_no_safe_store_is_passed_over(
    settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setitem(sys.modules, "keyring", made_keyring(0, kept))
    keeping = TokenKeeping(settings(environment={"CCMON_DATA_DIR": str(tmp_path)}))
    keeping.keep(parse_token(TOKEN))
    assert (kept, holds_secret(tmp_path)) == ({}, [keeping.path])


def make_editor_store(path: Path, *values: object) -> Path:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE ItemTable (key TEXT UNIQUE, value BLOB)")
        for value in values:
            connection.execute(
                "INSERT INTO ItemTable VALUES ('cursorAuth/accessToken', ?)", (value,)
            )
        connection.commit()
    return path


@pytest.mark.parametrize(
    ("platform", "below"),
    [
        ("linux", ".config"),
        ("darwin", "Library/Application Support"),
        ("win32", "AppData/Roaming"),
    ],
)
def test_the_editors_store_is_found_and_only_read(home: Path, platform: str, below: str) -> None:
    assert editor_store({}, home, platform) is None
    path = home / below / "Cursor" / "User" / "globalStorage" / "state.vscdb"
    make_editor_store(path, SECRET.encode())
    before = path.read_bytes()
    assert editor_store({}, home, platform) == path
    assert editor_token(path).cookie == f"{COOKIE}={TOKEN}"
    assert (path.read_bytes(), list(path.parent.iterdir())) == (before, [path])


@pytest.mark.parametrize(
    ("values", "said"),
    [((), "not signed in"), ((b"",), "not signed in"), (("opaque",), "paste the token")],
)
def test_an_editor_without_a_token_says_what_to_do(
    tmp_path: Path, values: tuple[object, ...], said: str
) -> None:
    with pytest.raises(TokenError, match=said):
        editor_token(make_editor_store(tmp_path / "a" / "state.vscdb", *values))
    (tmp_path / "damaged").write_bytes(b"no database" * 100)
    with pytest.raises(TokenError, match="cannot be read"):
        editor_token(tmp_path / "damaged")
