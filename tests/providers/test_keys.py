"""Keys: where they are found, how they are kept, and that nothing anywhere tells one."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.domain.mistakes import SettingsError
from engine.domain.settings import Settings
from engine.net import keyring as net_keyring
from engine.providers.accounts import Accounts
from engine.providers.keys import Keys
from engine.providers.registry import OWN, provider_of
from tests.providers.conftest import MakeAccounts, MakeSettings
from tests.providers.stubs import ADMIN, ProviderStub
from tui.cli import main

MakeStub = Callable[[str], ProviderStub]
KEY = ADMIN["openai"]
ROOT = Path(__file__).parents[2]


def _files(settings: Settings) -> Iterator[Path]:
    directory = Path(settings.environment["CCMON_DATA_DIR"])
    return (path for path in directory.rglob("*") if path.is_file())


@pytest.mark.posix
def test_a_key_that_was_set_is_for_its_owner_alone_and_goes_before_the_environment(
    online: MakeSettings,
) -> None:
    settings = online(environment={"OPENAI_API_KEY": "sk-of-the-environment-1234"})
    accounts, openai = Accounts(settings), provider_of("openai")
    offered = accounts.one("openai")
    assert not offered.is_enabled
    assert offered.key is not None
    assert (offered.key.hint, offered.key.source) == ("…1234", "OPENAI_API_KEY")
    where = Path(accounts.set_key("openai", f"  {KEY}\n"))
    assert stat.S_IMODE(where.stat().st_mode) == 0o600
    assert stat.S_IMODE(where.parent.stat().st_mode) == 0o700
    found = Keys(settings).find(openai)
    assert found is not None
    assert found.secret == KEY
    assert accounts.unset_key("openai")
    assert not where.exists()
    assert not accounts.one("openai").is_enabled


@pytest.mark.parametrize("provider", OWN)
def test_a_key_of_a_variable_or_of_the_file_that_one_names_is_offered(
    provider: str, online: MakeSettings, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    path.write_text("from-a-file-98765432\n")
    for name in provider_of(provider).variables:
        for given in ({name: "from-a-variable-1234"}, {f"{name}_FILE": str(path)}):
            account = Accounts(online(environment=given)).one(provider)
            assert account.key is not None
            assert account.key.source == next(iter(given))
            assert account.key.hint in ("…1234", "…5432")
            assert account.state == "disabled"


def test_of_a_short_key_not_even_the_end_is_shown(online: MakeSettings) -> None:
    account = Accounts(online(environment={"DEEPSEEK_API_KEY": "short-key"})).one("deepseek")
    assert account.key is not None
    assert account.key.hint == "…"


@pytest.mark.parametrize(
    "text", ["", "two words", "tiny", "with\nlines-of-text", "ümlaut-long-key"]
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str, online: MakeSettings) -> None:
    with pytest.raises(SettingsError) as caught:
        Accounts(online()).set_key("openai", text)
    assert not text or text not in str(caught.value)


class _Keyring:
    """A keyring of one process."""

    priority = 5

    class errors:
        class KeyringError(Exception):
            pass

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_keyring(self) -> _Keyring:
        return self

    def set_password(self, service: str, name: str, secret: str) -> None:
        self.kept[service, name] = secret

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


def test_a_keyring_takes_the_key_and_no_file_has_it(
    online: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = _Keyring()
    monkeypatch.setattr(net_keyring, "_keyring", lambda: ring)
    settings = online()
    accounts = Accounts(settings)
    assert accounts.set_key("openai", KEY) == "keyring"
    assert ring.kept == {("ccmon-providers", "openai"): KEY}
    assert all(b"never-seen" not in path.read_bytes() for path in _files(settings))
    account = accounts.one("openai")
    assert account.key is not None
    assert account.key.source == "keyring"
    accounts.unset_key("openai")
    assert ring.kept == {}


def _environment(settings: Settings, home: Path, config: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "CCMON_CONFIG_DIR": str(config),
        "CCMON_DATA_DIR": settings.environment["CCMON_DATA_DIR"],
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
def command(
    make_stub: MakeStub, online: MakeSettings, home: Path, tmp_path: Path
) -> tuple[ProviderStub, Callable[..., subprocess.CompletedProcess[str]]]:
    """A stub of OpenAI, and what runs `ccmon providers …` against it in a process."""
    stub, config = make_stub("openai"), tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text(f'[providers.openai]\nbase-url = "{stub.base}"\n')
    environment = _environment(online(), home, config)

    def run(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tui", *words],
            input=given,
            env=environment,
            cwd=home,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return stub, run


def test_the_words_of_the_command_line_never_tell_a_key(
    command: tuple[ProviderStub, Callable[..., subprocess.CompletedProcess[str]]],
    online: MakeSettings,
) -> None:
    stub, run = command
    said = [
        run("config", "set", "openai.api_key", given=KEY),
        run("usage", "--provider", "openai", "--json"),
        run("refresh"),
        run("providers", "check"),
        run("providers", "list", "--json"),
    ]
    assert [each.returncode for each in said] == [0, 0, 0, 0, 0], [each.stderr for each in said]
    assert '"cost_usd"' in said[1].stdout
    assert "…7Q2x" in said[3].stdout
    wrong = [
        run("providers", "set", "openai", KEY),
        run("config", "set", "openai.api_key", KEY),
        run("providers", "set", "openai", given=f"two words {KEY}"),
        run("config", "set", "openai.colour", given=KEY),
    ]
    assert all(each.returncode for each in wrong)
    assert all("never-seen" not in each.stdout + each.stderr for each in (*said, *wrong))
    told = [path for path in _files(online()) if b"never-seen" in path.read_bytes()]
    assert [path.name for path in told] == ["openai.key"]
    assert all("never-seen" not in each.path for each in stub.server.asked)


def test_a_configuration_takes_no_key_and_no_open_address(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.toml"
    for text, said in (
        ('[providers.openai]\napi-key = "sk-never-seen"', "a key does not stand"),
        ('[providers.openai]\nbase-url = "http://example.org"', "https"),
        ("[providers.openai]\nenabled = 1", "true or false"),
        ("[providers.opnai]\nenabled = true", "did you mean 'openai'?"),
        ("[providers]\ncache-ttl = 1", "60 to 86400 seconds"),
        ("[providers.openai]\nteam = 'x'", "there is no key 'team'"),
    ):
        path.write_text(text)
        assert main(["config", "check", str(path)]) == 2
        captured = capsys.readouterr()
        assert said in captured.out + captured.err, (text, captured)
        assert "never-seen" not in captured.out + captured.err
    project = tmp_path / ".ccmon.toml"
    project.write_text('[providers.openai]\nbase-url = "https://evil.example.org"')
    assert main(["providers", "list"]) == 2
    assert "project" in capsys.readouterr().err


def test_a_key_stays_out_of_what_is_printed_of_objects(
    make_stub: MakeStub, accounts_of: MakeAccounts, online: MakeSettings
) -> None:
    stub = make_stub("openai")
    accounts = accounts_of(stub)
    accounts.refresh()
    key = Keys(online()).find(provider_of("openai"))
    assert "never-seen" not in repr(key) + repr(accounts.all()) + str(accounts.check("openai"))
