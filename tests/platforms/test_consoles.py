"""Streams that only look like a terminal, pipes that close, and editors with paths of Windows."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from errno import EINVAL
from pathlib import Path

import pytest

from engine.domain.mistakes import SettingsError
from tests.platforms.pretended import Kernel, kernel32
from tui import cli
from tui.commands import live
from tui.config import edit
from tui.config.command_line import parse
from tui.options.definition import Namespace
from tui.statusline import install
from tui.terminal import streams
from tui.terminal.console import is_terminal, without_console
from tui.terminal.encoding import writable_json

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the real calls are there")


class _Terminal(io.TextIOWrapper):
    """A stream that `isatty` takes for a terminal, as it does `NUL` on Windows."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with kernel32(Kernel()) as kernel:
        yield kernel


@pytest.fixture
def nowhere() -> Iterator[_Terminal]:
    with open(os.devnull, "wb") as file, _Terminal(file) as stream:
        yield stream


def test_nul_is_no_terminal(kernel: Kernel, nowhere: _Terminal) -> None:
    assert is_terminal(nowhere, "linux")
    assert not is_terminal(nowhere, "win32")
    kernel.consoles.add(nowhere.fileno())
    assert is_terminal(nowhere, "win32")
    assert not is_terminal(io.StringIO(), "win32")
    assert not is_terminal(None, "win32")


@pytest.mark.parametrize("asked_for", ["", "cp1252"])
def test_a_pipe_gets_utf8_and_bare_line_feeds_there(
    asked_for: str, tmp_path: Path, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", asked_for)
    for name, platform in (("windows", "win32"), ("linux", "linux")):
        raw = (tmp_path / name).open("wb")
        with io.TextIOWrapper(raw, encoding="cp1252", newline="\r\n") as stream:
            monkeypatch.setattr(sys, "stdout", stream)
            monkeypatch.setattr(sys, "__stdout__", stream)
            streams.prepare(platform)
            stream.write("é\n" if asked_for else "é潮\n")
            stream.flush()
            monkeypatch.undo()
            monkeypatch.setenv("PYTHONIOENCODING", asked_for)
    expected = "é\n".encode("cp1252") if asked_for else "é潮\n".encode()
    assert (tmp_path / "windows").read_bytes() == expected
    assert (tmp_path / "linux").read_bytes().endswith(b"\r\n")


def test_json_is_ascii_there_and_says_the_same() -> None:
    text = '{"name": "é潮🙂"}'
    assert writable_json(text, "utf-8", "linux") == text
    there = writable_json(text, "utf-8", "win32")
    assert there.isascii()
    assert __import__("json").loads(there) == {"name": "é潮🙂"}


@pytest.mark.parametrize(
    ("error", "platform", "is_closed"),
    [
        (OSError(EINVAL, "Invalid argument"), "win32", True),
        (OSError(EINVAL, "Invalid argument"), "linux", False),
        (OSError(EINVAL, "Invalid argument", "C:\\x"), "win32", False),
        (BrokenPipeError(), "linux", True),
        (OSError(28, "No space left"), "win32", False),
    ],
)
def test_who_reads_no_more_is_no_error(error: OSError, platform: str, is_closed: bool) -> None:
    assert streams.is_closed_pipe(error, platform) is is_closed


def test_a_closed_pipe_ends_a_command_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def closed(_words: object) -> int:
        raise OSError(EINVAL, "Invalid argument")

    monkeypatch.setattr(cli, "_run", closed)
    assert cli.main(["daily"]) == 1
    assert "Invalid argument" in capsys.readouterr().err
    monkeypatch.setattr(cli, "is_closed_pipe", lambda error: streams.is_closed_pipe(error, "win32"))
    assert (cli.main(["daily"]), capsys.readouterr().err) == (0, "")


def test_mintty_is_told_what_gives_a_console() -> None:
    assert "winpty ccmon" in without_console({"TERM_PROGRAM": "mintty"}, "win32")
    assert without_console({"TERM_PROGRAM": "mintty"}, "linux") == ""
    assert without_console({"TERM_PROGRAM": "vscode"}, "win32") == ""


def test_the_live_screen_says_why_it_does_not_open_in_mintty(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / ".claude" / "projects").mkdir(parents=True)
    monkeypatch.setattr(live, "without_console", lambda _environment: "use winpty ccmon.")
    assert cli.main(["live", "--offline"]) == 0
    assert capsys.readouterr().err == "ccmon: use winpty ccmon.\n"
    assert cli.main(["live", "--offline", "--json"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (
            '"C:\\Program Files\\Code\\code.cmd" --wait',
            ["C:\\Program Files\\Code\\code.cmd", "--wait"],
        ),
        ("code --wait", ["code", "--wait"]),
        ("C:\\tools\\vim.exe", ["C:\\tools\\vim.exe"]),
        ("HERE", ["HERE"]),
    ],
)
def test_an_editor_is_named_as_windows_names_programs(
    named: str, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if named == "HERE":
        place = tmp_path / "my editor" / "note pad.exe"
        place.parent.mkdir()
        place.touch()
        named, words = str(place), [str(place)]
    monkeypatch.setattr(edit, "PLATFORM", "win32")
    monkeypatch.setenv("VISUAL", named)
    assert edit.editor() == words


def test_an_editor_is_started_by_the_whole_name_that_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setenv("VISUAL", "code --wait")
    monkeypatch.setattr(edit.shutil, "which", lambda name: rf"C:\bin\{name}.cmd")
    monkeypatch.setattr(
        subprocess, "run", lambda words, check: ran.append(words) or Namespace(returncode=0)
    )
    path = str(tmp_path / "config.toml")
    assert edit.edit(path) == 0
    assert ran == [[r"C:\bin\code.cmd", "--wait", path]]
    assert b"\r" not in Path(path).read_bytes()


@pytest.fixture
def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the installer take this for Windows, with ccmon at a path with a space in the home."""
    monkeypatch.setattr(install, "PLATFORM", "win32")
    monkeypatch.setattr(install, "_short", lambda path: path)
    monkeypatch.setattr(install.shutil, "which", lambda name: None)


def test_an_own_line_of_windows_is_known_again(on_windows: None) -> None:
    for command in (
        r"C:\Users\me\Scripts\ccmon.exe statusline --rows 2",
        "C:/Users/me/Scripts/CCMON.EXE statusline --rows 2",
        r"& 'C:\Program Files\ccmon.exe' statusline --rows 2",
        "~/bin/ccmon-live.exe statusline --rows 2",
        r'"C:\Program Files\python.exe" -m ccmon_live statusline --rows 2',
    ):
        assert install.own_words(command) == ["--rows", "2"], command
    assert install.own_words(r"C:\Users\me\other.exe statusline") is None


@pytest.mark.parametrize(
    "before",
    [None, "bash ~/line.sh", "jq -r '.model + \" it'\\''s \"'", r"& 'C:\a b\line.ps1' -x $env:A"],
)
def test_what_is_installed_there_can_be_taken_back(
    before: str | None,
    on_windows: None,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = home / "bin" / "ccmon.exe"
    program.parent.mkdir()
    program.touch()
    monkeypatch.setattr(sys, "argv", [str(program.with_suffix("")), "statusline", "--install"])
    command = install._command(before, ["--template", "it's {model}"])
    assert command.startswith(f"{program.as_posix()} statusline --more-words ")
    words = install.own_words(command)
    assert words is not None
    assert words[:2] == ["--template", "it's {model}"]
    assert install.wrapped_command(words) == before
    assert parse(command.split(" ")[1:]).wrap == before


def test_a_path_that_no_shell_reads_alike_is_refused_with_what_helps(
    on_windows: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "R&D tools" / "ccmon.exe"
    program.parent.mkdir()
    program.touch()
    monkeypatch.setattr(sys, "argv", [str(program)])
    with pytest.raises(SettingsError, match="uv tool install"):
        install._command(None)


def test_packed_words_that_are_broken_are_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for broken in ("!", "é", "_w"):
        assert cli.main(["statusline", "--more-words", broken]) == 2
        assert "install the line anew" in capsys.readouterr().err
