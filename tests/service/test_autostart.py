"""What starts the service at each login is shown, and written after a yes."""

from __future__ import annotations

import plistlib
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest

from engine.service.autostart import autostart_of
from tui.cli import main

COMMAND = ["/opt/my apps/ccmon", "serve", "--port=8081", '--config-dir=/a "b" %h $X']
VARIABLES = {"CLAUDE_CONFIG_DIR": "/c <d>", "PATH": "/bin", "LOCALAPPDATA": "/l"}


def test_a_systemd_unit_quotes_what_systemd_would_take_apart(tmp_path: Path) -> None:
    unit = autostart_of("linux", tmp_path, VARIABLES, COMMAND)
    assert unit.path == tmp_path / ".config/systemd/user/ccmon.service"
    assert (
        'ExecStart="/opt/my apps/ccmon" "serve" "--port=8081" "--config-dir=/a \\"b\\" %%h $$X"\n'
    ) in unit.text
    assert 'Environment="CLAUDE_CONFIG_DIR=/c <d>"\n' in unit.text
    assert "/bin" not in unit.text


def test_a_launchd_agent_is_a_property_list(tmp_path: Path) -> None:
    unit = autostart_of("darwin", tmp_path, VARIABLES, COMMAND)
    made = plistlib.loads(unit.text.encode())
    assert made["ProgramArguments"] == COMMAND
    assert made["EnvironmentVariables"] == {"CLAUDE_CONFIG_DIR": "/c <d>"}


def test_a_windows_task_is_xml(tmp_path: Path) -> None:
    unit = autostart_of("win32", tmp_path, VARIABLES, COMMAND)
    root = xml.fromstring(unit.text.partition("\n")[2])
    found = {each.tag.rpartition("}")[2]: each.text for each in root.iter()}
    assert found["Command"] == COMMAND[0]
    assert found["Arguments"] == 'serve --port=8081 "--config-dir=/a \\"b\\" %h $X"'


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_it_is_shown_first_and_written_after_a_yes(
    home: Path, platform: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("engine.domain.system.PLATFORM", platform)
    path = autostart_of(platform, home, {}, []).path
    assert main(["service", "install"]) == 1
    said = capsys.readouterr().out
    assert str(path) in said
    assert "Nothing was written." in said
    assert not path.exists()
    assert main(["service", "install", "--yes", "--port=9000"]) == 0
    assert "--port=9000" in path.read_text()
