"""The service as a process: one at a time, found by its state file, ended in order or killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from engine.domain.mistakes import SettingsError
from engine.service.address import Address, bind
from engine.service.client import ask
from engine.service.instance import (
    AlreadyRunning,
    Running,
    find_running,
    kept_token,
    only_one,
    tell,
)
from tests.conftest import NOW
from tests.made_lines import MINUTE, answer, write
from tests.patience import PATIENCE
from tests.service.served import made_settings
from tests.surroundings import at_home

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and modes of POSIX")
SECRET = "sk-SECRET-of-the-user"


class Ran:
    """Runs `ccmon` in a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings = made_settings(home)
        self.environment = {
            **os.environ,
            **at_home(home),
            "CCMON_DATA_DIR": str(home / "data"),
            "CCMON_CONFIG_DIR": str(home / "config"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        self.started: list[subprocess.Popen[str]] = []

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tui", *words],
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            cwd=self.home,
        )

    def begin(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tui", *words],
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.home,
        )
        self.started.append(process)
        return process

    def wait(self) -> Running:
        end = time.monotonic() + PATIENCE
        while (found := find_running(self.settings)) is None:
            assert time.monotonic() < end
            time.sleep(0.02)
        return found


@pytest.fixture
def ran(tmp_path: Path) -> Iterator[Ran]:
    made = Ran(tmp_path)
    write(tmp_path / ".claude", answer("a", NOW - MINUTE))
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@POSIX
def test_it_serves_tells_where_and_leaves_nothing_behind(ran: Ran) -> None:
    environment = {"CCMON_LOG_LEVEL": "debug", "CCMON_AGENT_PORT": "0", "KEY": SECRET}
    process = ran.begin("serve", "--offline", **environment)
    running = ran.wait()
    data = ran.home / "data"
    for name in ("service.json", "service.token", "service.lock"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert running.pid == process.pid
    assert ask(running, "GET", "/api/v1/live")["responses"] in (0, 1)
    address = f"{running.url.replace('http', 'ws')}/api/v1/ws"
    with connect(
        address,
        additional_headers={"Authorization": f"Bearer {running.token}"},
        open_timeout=PATIENCE,
    ) as sent:
        assert json.loads(sent.recv(PATIENCE))["event"] == "snapshot"
    status = json.loads(ran.run("service", "status", "--json").stdout)
    assert status["service"]["url"] == running.url
    assert running.token not in json.dumps(status)
    second = ran.run("serve", "--port", "0")
    assert second.returncode == 1
    assert f"already running on {running.url}" in second.stderr
    assert "Traceback" not in second.stderr
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert running.token not in said
    assert SECRET not in said
    assert not (data / "service.json").exists()
    assert (data / "service.token").read_text() == running.token


@POSIX
def test_a_killed_service_is_known_to_be_gone(ran: Ran) -> None:
    process = ran.begin("serve", "--port=0", "--offline")
    before = ran.wait()
    process.kill()
    process.wait(PATIENCE)
    assert (ran.home / "data" / "service.json").exists()
    assert find_running(ran.settings) is None
    assert ran.run("service", "status").returncode == 3
    assert ran.run("service", "stop").returncode == 3
    ran.begin("serve", "--port=0", "--offline")
    after = ran.wait()
    assert after.pid != before.pid
    assert after.token == before.token


@POSIX
def test_the_background_service_starts_once_and_stops(ran: Ran) -> None:
    started = ran.run("agent", "start", "--port=0", "--offline")
    try:
        assert started.returncode == 0, started.stderr
        running = ran.wait()
        assert running.url in started.stdout
        again = ran.run("service", "start", "--port=0")
        assert again.returncode == 1
        assert "already running" in again.stderr
        told = ran.run("service", "telemetry").stdout
        assert f"export OTEL_EXPORTER_OTLP_ENDPOINT={running.url}\n" in told
        assert f"HEADERS=Authorization=Bearer%20{running.token}\n" in told
        opened = ran.run("web", "--print")
        assert f"{running.url}/login?code=" in opened.stdout
        log = ran.home / "data" / "service.log"
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        assert running.token not in log.read_text()
    finally:
        stopped = ran.run("service", "stop")
    assert stopped.returncode == 0, stopped.stderr
    assert find_running(ran.settings) is None


def test_the_service_is_started_with_what_was_said_wherever_that_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.commands.service import command_line
    from tui.config.command_line import parse

    (tmp_path / "c.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    words = ["service", "start", "--port=0", "--ledger=l.db", "--config=c.toml", "--offline"]
    more = ["--config-dir=a", "--config-dir=/b", "--start-of-week=sunday"]
    command = command_line(parse([*words, *more]))
    assert command[command.index("serve") + 1 :] == [
        "--port=0",
        "--start-of-week=sunday",
        f"--ledger={tmp_path / 'l.db'}",
        f"--config={tmp_path / 'c.toml'}",
        f"--config-dir={tmp_path / 'a'}",
        "--config-dir=/b",
        "--offline",
    ]
    assert "--ledger=:memory:" in command_line(parse(["service", "start", "--ledger=:memory:"]))


def test_a_port_in_use_is_said_clearly(ran: Ran) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for words in (("serve",), ("service", "start")):
            said = ran.run(*words, f"--port={port}", "--offline")
            assert said.returncode == 1
            assert f"Port {port} of 127.0.0.1 is used by another program" in said.stderr
            assert "Traceback" not in said.stderr


def test_other_machines_need_a_token_of_the_users_own(ran: Ran) -> None:
    for variables, sentence in (
        ({}, "Other machines could reach 0.0.0.0"),
        ({"CCMON_SERVICE_TOKEN": "short"}, "too weak"),
    ):
        said = ran.run("serve", "--host=0.0.0.0", "--port=0", **variables)
        assert said.returncode == 1
        assert sentence in said.stderr
    assert find_running(ran.settings) is None


@POSIX
def test_a_unix_socket_is_for_its_user_and_serves_the_same(ran: Ran) -> None:
    path = ran.home / "s"
    process = ran.begin("serve", f"--uds={path}", "--offline")
    running = ran.wait()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ask(running, "GET", "/health")["status"] == "ok"
    assert "beyond any browser" in ran.run("web", "--print").stderr
    process.kill()
    process.wait(PATIENCE)
    assert path.exists()
    process = ran.begin("serve", f"--uds={path}", "--offline")
    ran.wait()
    process.send_signal(signal.SIGINT)
    process.wait(PATIENCE)
    assert not path.exists()


def test_of_two_that_start_at_once_one_runs(tmp_path: Path) -> None:
    settings = made_settings(tmp_path)
    with only_one(settings) as directory:
        with pytest.raises(AlreadyRunning), only_one(settings):
            pass
        tell(directory, _running(pid=os.getpid()))
        found = find_running(settings)
        assert found is not None
        with pytest.raises(AlreadyRunning, match="process"), only_one(settings):
            pass
        assert find_running(settings) == found
    assert find_running(settings) is None


@POSIX
def test_of_three_processes_that_start_at_once_one_runs_and_kills_leave_nothing_stale(
    ran: Ran,
) -> None:
    started = [ran.begin("serve", "--port=0", "--offline") for _ in range(3)]
    running = ran.wait()
    for each in started:
        if each.pid != running.pid:
            said, _ = each.communicate(timeout=PATIENCE)
            ran.started.remove(each)
            assert each.returncode == 1
            assert "already running" in said or "just being started" in said
            assert len(said.splitlines()) == 1
    assert find_running(ran.settings) == running
    assert ask(running, "GET", "/health")["status"] == "ok"
    os.kill(running.pid, signal.SIGKILL)
    ran.started[0].wait(PATIENCE)
    assert find_running(ran.settings) is None


@pytest.mark.parametrize("name", ["service.json", "service.token"])
def test_a_full_disk_is_said_and_nothing_is_left_half(ran: Ran, name: str) -> None:
    code = (
        "import sys; from engine.service import instance; real = instance.write_whole\n"
        "def full(path, data):\n"
        f" if path.name == {name!r}: raise OSError(28, 'No space left on device')\n"
        " real(path, data)\n"
        "instance.write_whole = full\n"
        "from tui.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, "serve", "--port=0", "--offline"],
        env=ran.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=ran.home,
    )
    assert said.returncode == 1
    assert f"{name} cannot be written (No space left on device): make room there" in said.stderr
    assert len(said.stderr.splitlines()) == 1
    assert not (ran.home / "data" / name).exists()
    assert find_running(ran.settings) is None


def _running(**given: Any) -> Running:
    plain: dict[str, Any] = {
        "pid": 1,
        "host": "127.0.0.1",
        "port": 8080,
        "uds": None,
        "token": "t" * 20,
        "version": "1",
        "started_at": NOW,
    }
    return Running(**{**plain, **given})


def test_a_token_is_made_once_and_a_damaged_one_anew(tmp_path: Path) -> None:
    made = kept_token(tmp_path)
    assert kept_token(tmp_path) == made
    (tmp_path / "service.token").write_text("x")
    assert kept_token(tmp_path) not in (made, "x")
    assert kept_token(tmp_path, "given-by-the-user") == "given-by-the-user"
    with pytest.raises(SettingsError):
        kept_token(tmp_path, "given by\nthe user")


@POSIX
def test_another_file_is_not_replaced_by_a_socket(tmp_path: Path) -> None:
    kept = tmp_path / "notes"
    kept.write_text("mine")
    with pytest.raises(SettingsError, match="another file is there"):
        bind(Address(uds=str(kept)))
    assert kept.read_text() == "mine"


def test_what_is_sent_waits_for_no_acknowledgement() -> None:
    with bind(Address(port=0)) as bound:
        assert bound.proto == socket.IPPROTO_TCP  # asyncio switches Nagle's algorithm off for these


def test_an_address_of_another_machine_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not an address of this machine"):
        bind(Address("192.0.2.1", 0))


@pytest.mark.parametrize("words", [["--version"], ["live", "--json"], ["daily"], ["statusline"]])
def test_nothing_else_loads_any_of_it(ran: Ran, words: list[str]) -> None:
    code = (
        "import sys; from tui.cli import main; main(sys.argv[1:]);"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=ran.environment,
        input="{}",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
        cwd=ran.home,
    )
    loaded = {name.partition(".")[0] for name in said.stderr.split()}
    assert not loaded & {"starlette", "uvicorn", "websockets", "anyio", "mcp", "pydantic", "h11"}
    assert "engine.service" not in said.stderr


def test_without_the_extra_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from importlib import util

    from tui.cli import main

    found: Callable[..., Any] = util.find_spec
    monkeypatch.setattr(
        util, "find_spec", lambda name, *more: None if name == "uvicorn" else found(name, *more)
    )
    assert main(["serve"]) == 1
    assert "uv tool install '.[serve]'" in capsys.readouterr().err
