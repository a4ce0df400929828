"""Many at once, kills, and those who use no provider at all."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from engine.domain.files import write_whole
from engine.domain.paths import uses_providers
from engine.domain.times import HOUR
from engine.monitor import Monitor
from engine.providers.accounts import Accounts
from engine.providers.kept import KeptAnswer
from tests.conftest import NOW
from tests.made_lines import answer, write
from tests.providers.conftest import MakeAccounts, MakeSettings
from tests.providers.stubs import ADMIN, ProviderStub
from tests.stub_server import StubHandler

MakeStub = Callable[[str], ProviderStub]
ROOT = Path(__file__).parents[2]
_REFRESH = """
import sys, json
from pathlib import Path
from engine.domain.settings import Settings
from engine.providers.accounts import Accounts
said = json.loads(sys.argv[1])
settings = Settings(home=Path(said["home"]), environment=said["environment"],
    providers=said["providers"], clock=lambda: said["now"])
sys.stdin.readline()
Accounts(settings).refresh(is_forced=True)
print(Accounts(settings).one("deepseek").state)
"""


def test_ten_processes_that_refresh_at_once_ask_once(
    make_stub: MakeStub, accounts_of: MakeAccounts, home: Path, tmp_path: Path
) -> None:
    stub = make_stub("deepseek")
    accounts_of(stub)

    def slowly(handler: StubHandler) -> None:
        time.sleep(0.3)
        stub.misbehave = None
        stub._answer(handler)

    stub.misbehave = slowly
    said = {
        "home": str(home),
        "environment": {"CCMON_DATA_DIR": str(tmp_path / "data")},
        "providers": {"deepseek": stub.options()},
        "now": NOW,
    }
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(home)}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _REFRESH, json.dumps(said)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        for _ in range(10)
    ]
    for each in running:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    assert {each.communicate(timeout=60)[0].strip() for each in running} == {"ok"}
    assert stub.count == 1


def test_ten_threads_that_refresh_at_once_ask_once(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub = make_stub("deepseek")
    accounts = accounts_of(stub)
    threads = [Thread(target=accounts.refresh, kwargs={"is_forced": True}) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stub.count == 1
    assert accounts.one("deepseek").state == "ok"


_WRITE = """
import sys
from pathlib import Path
from engine.providers.kept import Kept, KeptAnswer
from engine.domain.provider_usage import ProviderUsage
answer = KeptAnswer(Path(sys.argv[1]), "deepseek")
print("ready", flush=True)
number = 0
while True:
    number += 1
    answer.save(Kept(asked=number, state="ok", usage=ProviderUsage(plan="x" * 200_000)))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_kill_in_the_midst_of_writing_keeps_the_last_good_answer(tmp_path: Path) -> None:
    for after in (0.01, 0.02, 0.05):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITE, str(tmp_path)],
            stdout=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        while not KeptAnswer(tmp_path, "deepseek").load().asked:
            assert writer.poll() is None
            time.sleep(0.01)
        time.sleep(after)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        kept = KeptAnswer(tmp_path, "deepseek").load()
        assert kept.asked > 0
        assert kept.usage is not None
        assert len(kept.usage.plan) == 200_000


@pytest.mark.parametrize("damage", [b"", b"{", b"\x00" * 50, b'{"form": 99}', b"[]"])
def test_a_damaged_answer_is_nothing_known_and_is_asked_for_anew(
    damage: bytes, make_stub: MakeStub, accounts_of: MakeAccounts, tmp_path: Path
) -> None:
    stub = make_stub("deepseek")
    accounts = accounts_of(stub)
    accounts.refresh()
    write_whole(tmp_path / "data" / "providers" / "deepseek.json", damage)
    assert accounts.one("deepseek").state == "unasked"
    accounts.refresh()
    assert accounts.one("deepseek").state == "ok"


def test_a_directory_that_cannot_be_written_is_said_and_breaks_nothing(
    make_stub: MakeStub, accounts_of: MakeAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = make_stub("deepseek")
    accounts = accounts_of(stub)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.providers.kept.write_whole", refuse)
    assert "make it writable" in accounts.refresh()
    assert accounts.one("deepseek").state == "unasked"


def test_an_answer_is_kept_across_restarts_and_holds_for_five_minutes(
    make_stub: MakeStub, accounts_of: MakeAccounts, online: MakeSettings
) -> None:
    stub = make_stub("deepseek")
    accounts_of(stub).refresh()
    for later, count in ((299_000, 1), (300_000, 2), (301_000, 2)):
        made = online(providers={"deepseek": stub.options()}, clock=lambda at=later: NOW + at)
        Accounts(made, jitter=lambda: 1.0).refresh()
        assert stub.count == count
    later = online(providers={"deepseek": stub.options()}, clock=lambda: NOW + 2 * HOUR)
    assert Accounts(later).one("deepseek").is_stale


def test_who_enabled_none_opens_no_connection_and_writes_nothing(
    online: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    root = tmp_path / "root"
    write(root, answer("a1", NOW))
    variables = {"OPENAI_ADMIN_KEY": ADMIN["openai"], "ANTHROPIC_API_KEY": "sk-ant-something"}
    settings = online(environment=variables, roots=(root,))
    assert not uses_providers(settings)
    with Monitor(settings) as monitor:
        monitor.catch_up()
        monitor.limits.now()
        monitor.providers.refresh(is_forced=True)
        assert monitor.providers.enabled() == ()
        assert {each.state for each in monitor.providers.all()} == {"disabled"}
    assert not (tmp_path / "data" / "providers").exists()


def test_offline_asks_nobody(make_stub: MakeStub, accounts_of: MakeAccounts) -> None:
    stub = make_stub("deepseek")
    accounts = accounts_of(stub, is_offline=True)
    accounts.refresh(is_forced=True)
    assert stub.count == 0


@pytest.mark.parametrize("command", ["daily --json", "statusline", "live --json", "limits --json"])
def test_who_uses_none_loads_nothing_of_them(command: str, tmp_path: Path) -> None:
    write(tmp_path / ".claude", answer("a1", NOW))
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tui", *command.split(), "--offline"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        input="{}",
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]
    assert "tui.cli" in loaded
    assert [name for name in loaded if name.startswith(("engine.providers", "httpx"))] == []


def test_a_package_brings_a_provider_of_its_own(tmp_path: Path) -> None:
    """A toy in a directory of its own, found by its entry point in a process of its own."""
    (tmp_path / "toy_provider.py").write_text(
        "from engine.domain.provider_usage import Amount, Balance, ProviderUsage\n"
        "from engine.providers.base import KeyFound, Provider\n"
        "class Toy(Provider):\n"
        "    id, title, base = 'toy', 'Toy', 'https://toy.example.org'\n"
        "    capabilities, variables = ('balance', 'key_check'), ('TOY_KEY',)\n"
        "    where, key_help = 'https://toy.example.org/usage', 'Any key of Toy'\n"
        "    def fetch(self, asked):\n"
        "        return ProviderUsage(balances=(Balance('balance', Amount('USD', 5 * 10**12)),))\n"
        "    def check(self, asked):\n"
        "        return KeyFound('plain')\n"
        "PROVIDER = Toy()\n"
    )
    info = tmp_path / "toy_provider-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-provider\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[ccmon.providers]\ntoy = toy_provider:PROVIDER\n")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(tmp_path))),
        "TOY_KEY": "a-key-of-the-toy-1234",
    }

    def run(*words: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "tui", *words],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert "…1234 of TOY_KEY" in run("providers", "enable", "toy")
    told = json.loads(run("usage", "--provider", "toy", "--json"))["providers"][0]
    assert told["balances"] == [{"name": "balance", "currency": "USD", "amount": 5.0}]
    assert told["usage"]["cost_usd"] is None
