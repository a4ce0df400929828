"""A real ssh server on loopback, whose user lives in a home of the test's."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SERVER = ("/usr/sbin/sshd", "/usr/local/sbin/sshd", "/opt/homebrew/sbin/sshd")


def _program() -> str | None:
    return shutil.which("sshd") or next((path for path in _SERVER if os.path.exists(path)), None)


@contextmanager
def ssh_server(place: Path, home: Path, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Serve a home; yield the place to pull from, and the client's command.

    `path` is where the server's shell finds programs.
    """
    program = _program()
    if program is None or not all(map(shutil.which, ("ssh", "ssh-keygen"))):
        pytest.skip("there is no OpenSSH server here: apt install openssh-server")
    place.mkdir()
    for name in ("host", "user"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place / name)], check=True
        )
    shutil.copyfile(place / "user.pub", place / "authorized")
    port = _free_port()
    forced = place / "forced.sh"
    forced.write_text(
        f'export HOME="{home}" PATH="{path}" CCMON_DATA_DIR="{home}/data"\nunset CLAUDE_CONFIG_DIR'
        ' XDG_DATA_HOME XDG_CONFIG_HOME\ncd "$HOME" && exec sh -c "$SSH_ORIGINAL_COMMAND"\n'
    )
    (place / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {place}/host\nPidFile {place}/pid\n"
        f"AuthorizedKeysFile {place}/authorized\nStrictModes no\nUsePAM no\n"
        f"PasswordAuthentication no\nForceCommand sh {forced}\n"
        # The shell that sshd starts reads what the user has in ~/.bashrc.
        f'SetEnv "HOME={home}"\n'
    )
    (place / "ssh_config").write_text(
        f"IdentityFile {place}/user\nUserKnownHostsFile {place}/known\n"
        "StrictHostKeyChecking accept-new\nIdentitiesOnly yes\n"
    )
    if os.getuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)
    server = subprocess.Popen(
        [program, "-D", "-e", "-f", str(place / "sshd_config")], stderr=subprocess.PIPE
    )
    try:
        _await(port, server)
        yield f"ssh://127.0.0.1:{port}", ("ssh", "-F", str(place / "ssh_config"))
    finally:
        server.terminate()
        server.communicate(timeout=10)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if server.poll() is not None:
            assert server.stderr is not None
            pytest.skip(f"no ssh server can be run here: {server.stderr.read()!r}")
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the ssh server did not come up")
