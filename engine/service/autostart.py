"""What starts the service at each login: a systemd unit, a launchd agent, a Windows task."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

_NAME = "ccmon"
_LABEL = "dev.ccmon.service"


class Autostart(NamedTuple):
    """A file to be written, and the command that makes it hold."""

    path: Path
    text: str
    then: str
    encoding: str = "utf-8"


def autostart_of(
    platform: str, home: Path, environment: Mapping[str, str], command: Sequence[str]
) -> Autostart:
    """Return what starts a command at each login on a platform (`sys.platform`)."""
    kept = {
        name: environment[name]
        for name in ("CCMON_DATA_DIR", "CCMON_CONFIG_DIR", "CLAUDE_CONFIG_DIR", "CCMON_AGENT_PORT")
        if environment.get(name)
    }
    if platform == "darwin":
        return _launchd(home, kept, command)
    if platform == "win32":
        return _task(environment, command)
    return _systemd(home, environment, kept, command)


def _systemd(
    home: Path, environment: Mapping[str, str], kept: Mapping[str, str], command: Sequence[str]
) -> Autostart:
    base = environment.get("XDG_CONFIG_HOME", "").strip()
    path = (Path(base) if base else home / ".config") / "systemd" / "user" / f"{_NAME}.service"
    variables = "".join(f"Environment={_quoted(f'{key}={value}')}\n" for key, value in kept.items())
    text = (
        "[Unit]\n"
        "Description=ccmon: usage of coding agents, for browsers and programs on this machine\n"
        "\n"
        "[Service]\n"
        f"ExecStart={' '.join(map(_quoted, command))}\n"
        f"{variables}"
        "Restart=on-failure\n"
        "NoNewPrivileges=yes\n"
        "\n"
        "[Install]\n"
        "WantedBy=default.target\n"
    )
    return Autostart(path, text, f"systemctl --user enable --now {_NAME}.service")


def _quoted(word: str) -> str:
    """Return a word as systemd reads it: its own quotes, and `%` and `$` doubled."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _launchd(home: Path, kept: Mapping[str, str], command: Sequence[str]) -> Autostart:
    words = "".join(f"    <string>{escape(word)}</string>\n" for word in command)
    variables = "".join(
        f"    <key>{escape(key)}</key><string>{escape(value)}</string>\n"
        for key, value in kept.items()
    )
    path = home / "Library" / "LaunchAgents" / f"{_LABEL}.plist"
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN"'
        ' "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
        '<plist version="1.0">\n'
        "<dict>\n"
        f"  <key>Label</key><string>{_LABEL}</string>\n"
        f"  <key>ProgramArguments</key>\n  <array>\n{words}  </array>\n"
        f"  <key>EnvironmentVariables</key>\n  <dict>\n{variables}  </dict>\n"
        "  <key>RunAtLoad</key><true/>\n"
        "  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>\n"
        "</dict>\n"
        "</plist>\n"
    )
    return Autostart(path, text, f"launchctl bootstrap gui/$(id -u) {shlex.quote(str(path))}")


def _task(environment: Mapping[str, str], command: Sequence[str]) -> Autostart:
    import subprocess

    program, words = command[0], subprocess.list2cmdline(command[1:])
    path = Path(environment.get("LOCALAPPDATA", "."), "ccmon", "ccmon-task.xml")
    text = (
        '<?xml version="1.0" encoding="UTF-16"?>\n'
        '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n'
        "  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>\n"
        "  <Settings>\n"
        "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n"
        "    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>\n"
        "    <Hidden>true</Hidden>\n"
        "  </Settings>\n"
        f"  <Actions><Exec><Command>{escape(program)}</Command>"
        f"<Arguments>{escape(words)}</Arguments></Exec></Actions>\n"
        "</Task>\n"
    )
    return Autostart(path, text, f'schtasks /Create /TN {_NAME} /XML "{path}"', "utf-16")
