"""The installer: a small change to Claude Code's settings, made on a yes, and taken back."""

from __future__ import annotations

import io
import json
import os
import shlex
import stat
import sys
from pathlib import Path

import pytest

from engine.domain.mistakes import SettingsError
from tui.config.command_line import parse
from tui.options.definition import UsageError
from tui.statusline.install import own_words, run_install, settings_paths, wrapped_command

WRITTEN = """{
    "model": "opus",
    "env": {"A": 1e3, "A\\u0042": "\\/x", "list": [1, {"statusLine": "not this"}]},
    "hooks": {},
    "unknown\\u00e9": null
}
"""
OLD = "jq -r '.model.display_name + \" it'\\''s \"' | tr a b; echo \"$HOME\" \\ é"


@pytest.fixture(autouse=True)
def _ccmon_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is this very script, outside of a virtual environment."""
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("sys.argv", ["/usr/bin/ccmon"])
    monkeypatch.setattr("sys.prefix", sys.base_prefix)


@pytest.mark.parametrize("where", ["another script", "a virtual environment"])
def test_the_path_is_written_where_the_bare_name_may_be_another_program(
    where: str, claude: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["/opt/my own/ccmon"])
    if where == "a virtual environment":
        monkeypatch.setattr("sys.argv", ["/usr/bin/ccmon"])
        monkeypatch.setattr("sys.prefix", "/opt/venv")
    assert run("--install", "--yes") == 0
    command = json.loads((claude / "settings.json").read_text())["statusLine"]["command"]
    assert shlex.split(command)[0] in ("/opt/my own/ccmon", "/usr/bin/ccmon")


def test_the_other_flags_are_carried_over(claude: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["statusline", "--rows", "2", "--install", "-B", "off", "--yes"]
    monkeypatch.setattr("sys.argv", ["/usr/bin/ccmon", *words])
    assert run(*words[1:]) == 0
    command = json.loads((claude / "settings.json").read_text())["statusLine"]["command"]
    assert command == "ccmon statusline --rows 2 -B off"


@pytest.fixture
def claude(home: Path) -> Path:
    place = home / ".claude"
    place.mkdir()
    return place


def run(*words: str) -> int:
    return run_install(parse(["statusline", *words]))


@pytest.mark.posix
def test_a_status_line_is_added_and_nothing_else_changes(
    claude: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = claude / "settings.json"
    file.write_text(WRITTEN)
    file.chmod(0o640)
    assert run("--install", "--yes") == 0
    text = file.read_text()
    added = ',\n    "statusLine": {"type": "command", "command": "ccmon statusline"}'
    assert text.replace(added, "") == WRITTEN
    assert json.loads(text)["statusLine"]["command"] == "ccmon statusline"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    (backup,) = claude.glob("settings.json.ccmon-backup-*")
    assert backup.read_text() == WRITTEN
    assert sorted(claude.iterdir()) == sorted([file, backup])
    said = capsys.readouterr().out
    assert '+    "statusLine": {"type": "command", "command": "ccmon statusline"}' in said
    assert '     "hooks": {},' in said
    assert str(backup) in said


def test_installing_twice_changes_nothing(claude: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--install", "--yes")
    text = (claude / "settings.json").read_text()
    assert run("--install", "--yes") == 0
    assert (claude / "settings.json").read_text() == text
    assert len(list(claude.iterdir())) == 1
    assert capsys.readouterr().out.endswith("nothing to change.\n")


@pytest.mark.parametrize(
    "written",
    [
        WRITTEN,
        "{}",
        "{ }\n",
        '{"a": 1}',
        '{\n\t"a": 1\n}',
        '\ufeff{\r\n  "a": 1\r\n}\r\n',
        f'{{"statusLine": {{"type": "command", "padding": 0, "command": {json.dumps(OLD)}}}}}',
        f'{{\n "statusLine" : {{"command":{json.dumps(OLD)},"refreshInterval":5}} ,\n "z": []\n}}',
    ],
)
def test_uninstalling_puts_back_what_was_there(claude: Path, written: str) -> None:
    file = claude / "settings.json"
    file.write_bytes(written.encode())
    run("--install", "--yes")
    installed = json.loads(file.read_bytes().decode("utf-8-sig"))
    assert own_words(installed["statusLine"]["command"]) is not None
    before = json.loads(written.lstrip("\ufeff"))
    assert {**installed, "statusLine": 0} == {**before, "statusLine": 0}
    assert run("--uninstall", "--yes") == 0
    after = file.read_bytes().decode()
    assert json.loads(after.lstrip("\ufeff")) == before
    if written != "{ }\n":
        assert after == written or OLD in json.loads(after)["statusLine"]["command"]


def test_a_status_line_that_is_there_is_wrapped_whatever_its_quotes(claude: Path) -> None:
    line = {"type": "command", "command": OLD, "padding": 2, "x": None}
    file = claude / "settings.json"
    file.write_text(json.dumps({"statusLine": line, "last": True}, indent=2))
    run("--install", "--yes")
    value = json.loads(file.read_text())
    command = value["statusLine"]["command"]
    assert shlex.split(command) == ["ccmon", "statusline", "--wrap", OLD]
    assert list(value["statusLine"]) == list(line)
    assert list(value) == ["statusLine", "last"]
    assert parse(shlex.split(command)[1:]).wrap == OLD
    assert run("--install", "--yes") == 0
    assert json.loads(file.read_text()) == value


@pytest.mark.parametrize("present", ["null", "{}", '{"type": "command"}', '{"command": ""}'])
def test_a_status_line_without_a_command_gets_one(claude: Path, present: str) -> None:
    file = claude / "settings.json"
    file.write_text(f'{{"statusLine": {present}, "b": 1}}')
    run("--install", "--yes")
    value = json.loads(file.read_text())
    assert (value["statusLine"]["command"], value["b"]) == ("ccmon statusline", 1)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b'{"a": 1,}', "is not a JSON object (line 1)"),
        (b"// mine\n{}", "is not a JSON object (line 1)"),
        (b"[]", "is not a JSON object"),
        (b'{"a": 1} x', "is not a JSON object"),
        (b'{"a"\n 1}', "is not a JSON object (line 2)"),
        (b'{"a": ', "is not a JSON object"),
        (b"[" * 3_000, "is not a JSON object"),
        (b'{"a": "\xff"}', "is not written in UTF-8"),
        (b'{"statusLine": "mine"}', "in a form ccmon does not know"),
        (b'{"statusLine": {"command": 5}}', "in a form ccmon does not know"),
        (b'{"statusLine": {"type": "static", "text": "hi"}}', "in a form ccmon does not know"),
        (b'{"statusLine": {"type": 7, "command": "x"}}', "in a form ccmon does not know"),
    ],
)
def test_settings_that_are_not_understood_are_left_alone(
    claude: Path, written: bytes, said: str
) -> None:
    file = claude / "settings.json"
    file.write_bytes(written)
    for words in ("--install", "--uninstall"):
        with pytest.raises(SettingsError) as refused:
            run(words, "--yes")
        assert said in str(refused.value)
        assert "\n" not in str(refused.value)
    assert file.read_bytes() == written
    assert list(claude.iterdir()) == [file]


def test_without_a_terminal_and_a_yes_nothing_is_done(
    claude: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert run("--install") == 1
    assert list(claude.iterdir()) == []
    assert "--yes" in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "is_done"), [("y\n", True), ("\n", False), ("", False)])
def test_on_a_terminal_it_is_asked(
    claude: Path, monkeypatch: pytest.MonkeyPatch, typed: str, is_done: bool
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    assert run("--install") == (0 if is_done else 1)
    assert (claude / "settings.json").exists() == is_done


def test_the_settings_are_those_of_every_config_directory_that_is_there(
    home: Path, tmp_path: Path
) -> None:
    (home / "other").mkdir()
    for named in (" ~/other , /nowhere", "~/other/projects", "~/other,~/other/"):
        assert settings_paths(None, {"CLAUDE_CONFIG_DIR": named}) == (home / "other/settings.json",)
    both = {"CLAUDE_CONFIG_DIR": f"~/other,{tmp_path}"}
    assert [path.parent for path in settings_paths(None, both)] == [home / "other", tmp_path]
    (path,) = settings_paths([str(tmp_path)], {"CLAUDE_CONFIG_DIR": "~/other"})
    assert path.parent == tmp_path
    assert len(settings_paths([f"{tmp_path},{home / 'other'}"], {})) == 2
    with pytest.raises(SettingsError, match=r"There is no directory .*\.claude"):
        settings_paths(None, {"CLAUDE_CONFIG_DIR": ""})


def test_two_config_directories_are_both_changed_and_put_back(
    claude: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = home / "other"
    other.mkdir()
    (other / "settings.json").write_text(WRITTEN)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{claude},{other}")
    assert run("--install", "--yes") == 0
    for place in (claude, other):
        assert "ccmon statusline" in (place / "settings.json").read_text()
    assert run("--uninstall", "--yes") == 0
    assert list(claude.iterdir()) == []
    assert (other / "settings.json").read_text() == WRITTEN


def test_a_file_that_only_ccmon_wrote_is_removed_and_an_empty_one_of_the_user_stays(
    claude: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--install", "--yes")
    assert run("--uninstall", "--yes") == 0
    assert list(claude.iterdir()) == []
    assert "nothing else stood in it" in capsys.readouterr().out
    (claude / "settings.json").write_text("{}")
    run("--install", "--yes")
    run("--uninstall", "--yes")
    assert (claude / "settings.json").read_text() == "{}"


def test_installing_and_uninstalling_at_once_is_refused(claude: Path) -> None:
    with pytest.raises(UsageError, match="not allowed with"):
        run("--install", "--uninstall")
    assert list(claude.iterdir()) == []


@pytest.mark.posix
def test_a_link_to_the_settings_stays_a_link(claude: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    (claude / "settings.json").symlink_to(real)
    run("--install", "--yes")
    assert (claude / "settings.json").is_symlink()
    assert "statusLine" in json.loads(real.read_text())


@pytest.mark.posix
@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may write anywhere")
def test_what_cannot_be_written_is_one_sentence(claude: Path) -> None:
    claude.chmod(0o500)
    with pytest.raises(SettingsError, match="could not be written"):
        run("--install", "--yes")
    claude.chmod(0o700)


def test_uninstalling_what_is_not_there_changes_nothing(
    claude: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = claude / "settings.json"
    file.write_text(json.dumps({"statusLine": {"command": "mine.sh"}}))
    assert run("--uninstall", "--yes") == 0
    assert "not installed" in capsys.readouterr().out
    assert json.loads(file.read_text()) == {"statusLine": {"command": "mine.sh"}}


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("ccmon statusline", []),
        ("A=1 /opt/x/ccmon statusline --format plain", ["--format", "plain"]),
        ("'/a b/ccmon.exe' statusline", []),
        ("python3 -m tui statusline -B text", ["-B", "text"]),
        ("python3 -m ccmon_live statusline -B text", ["-B", "text"]),
        ("ccmon-live statusline", []),
        ("ccmon live", None),
        ("ccmon", None),
        ("", None),
        (None, None),
        ("echo ccmon statusline", None),
        ("ccmon 'statusline", None),
    ],
)
def test_its_own_command_is_recognised(command: str | None, words: list[str] | None) -> None:
    assert own_words(command) == words


def test_the_wrapped_command_is_found() -> None:
    assert wrapped_command(["-B", "text", "--wrap", "a b"]) == "a b"
    assert wrapped_command(["--wrap=a b"]) == "a b"
    assert wrapped_command(["--wrap"]) is None
    assert wrapped_command([]) is None


def test_where_no_shell_finds_ccmon_its_path_is_written(
    claude: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("sys.argv", ["/home/me/my tools/ccmon", "statusline"])
    run("--install", "--yes")
    command = json.loads((claude / "settings.json").read_text())["statusLine"]["command"]
    assert command == "'/home/me/my tools/ccmon' statusline"
    assert own_words(command) == []
