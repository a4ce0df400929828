"""The installed status line's command: each shell of Claude Code reads it alike, to the byte."""

from __future__ import annotations

import ntpath
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.mistakes import SettingsError
from engine.domain.processes import words_of
from tests.platforms.powershell import NotPlain, native_words
from tui.config.command_line import parse
from tui.options.packed_words import MORE, unpacked
from tui.statusline.shells import argv_of, git_bash, program_for_shells, words_for_shells

_HOME = r"C:\Users\Jörg Müller"
_PROGRAMS = {
    r"C:\Users\me\.local\bin\ccmon.exe": "C:/Users/me/.local/bin/ccmon.exe",
    r"C:\Users\Jörg Müller\AppData\Roaming\uv\ccmon.exe": "~/AppData/Roaming/uv/ccmon.exe",
    r"c:\users\jörg müller\bin\ccmon.exe": "~/bin/ccmon.exe",
    r"D:\Program Files\Python\ccmon.exe": "D:/PROGRA~1/Python/ccmon.exe",
    r"C:\Users\Jörg Müllerin\ccmon-live.exe": None,
    r"C:\R&D\ccmon.exe": None,
    r"C:\it's\ccmon.exe": None,
    r"\\server\share\ccmon.exe": "//server/share/ccmon.exe",
}
_WORDS = (
    ["--rows", "2", "-B", "off"],
    ["--template", "{model} {today_cost}"],
    ["--template", 'it\'s "so" \\ $HOME `date` é 潮 \u2019curly\u2019'],
    ["--wrap", "jq -r '.model.display_name + \" it'\\''s \"' | tr a b; echo \"$HOME\" \\ é"],
    ["--wrap", r"& 'C:\Program Files\x\line.ps1' -Name:$env:USERNAME"],
    ["--config-dir", r"C:\Users\Jörg Müller\claude"],
    ["--config-dir", "/c/Users/me", "--timezone", "Europe/Berlin"],
    ["--template=/x", "--context-low-threshold", "50", ""],
    ["-x.y", "a,b", "@x", "#y", "--%", "{}", "~/x", "%PATH%", "!x", "2>&1", "line\nfeed"],
)


def _short(path: str) -> str:
    return path.replace("Program Files", "PROGRA~1")


def _in_bash(command: str, tmp_path: Path) -> list[str]:
    """Have bash run a command whose program, at a Windows path, prints its words."""
    written = command.split(" ")[0]
    drive, path = ntpath.splitdrive(f"C:/home{written[1:]}" if written.startswith("~") else written)
    program = tmp_path / drive / path.lstrip("/") if drive else tmp_path / path.lstrip("/")
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text('#!/bin/sh\nfor each in "$0" "$@"; do printf "%s\\0" "$each"; done\n')
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path / "C:" / "home")},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
@pytest.mark.skipif(os.name == "nt", reason="the program is a script for POSIX")
@pytest.mark.parametrize("words", _WORDS, ids=lambda words: words[0])
def test_bash_and_powershell_start_the_same_program_with_the_same_words(
    words: Sequence[str], tmp_path: Path
) -> None:
    for path, written in _PROGRAMS.items():
        if written is None or written.startswith("//"):
            continue
        program = program_for_shells(path, _HOME, _short, "win32")
        command = f"{program} statusline {words_for_shells(words, 'win32')}"
        by_bash = _in_bash(command, tmp_path)
        by_powershell = native_words(command, str(tmp_path / "C:" / "home"))
        assert by_bash == by_powershell, command
        assert unpacked(by_bash[1:]) == ["statusline", *words]


@pytest.mark.parametrize(("path", "written"), _PROGRAMS.items())
def test_a_program_is_named_so_that_both_shells_start_it(path: str, written: str | None) -> None:
    if written is None:
        with pytest.raises(SettingsError, match="no spaces"):
            program_for_shells(path, _HOME, _short, "win32")
    else:
        assert program_for_shells(path, _HOME, _short, "win32") == written


_TEXT = st.text(st.characters(exclude_characters="\0"), max_size=12)


@given(
    st.lists(_TEXT | st.sampled_from(["--wrap", "-B", "a.b", "x y", "/x", "--a=/b"]), max_size=4)
)
@settings(max_examples=150, deadline=None)
def test_powershell_reads_any_words_as_they_were(words: list[str]) -> None:
    line = f"ccmon statusline {words_for_shells(words, 'win32')}"
    assert unpacked(native_words(line, "")[1:]) == ["statusline", *words]
    assert unpacked(words_of(line, "win32")[2:]) == words


@given(st.lists(_TEXT, max_size=4))
@settings(max_examples=50, deadline=None)
def test_elsewhere_words_are_quoted_for_the_shell_alone(words: list[str]) -> None:
    assert words_of(words_for_shells(words, "linux"), "linux") == words


@pytest.mark.parametrize(
    "line", ["'C:/a b/ccmon.exe' x", "ccmon $x", "ccmon a,b", "ccmon (x)", "ccmon 'a", 'ccmon "$x"']
)
def test_the_reader_knows_what_powershell_would_not_pass_on(line: str) -> None:
    with pytest.raises(NotPlain):
        native_words(line, "")


def test_words_that_are_packed_are_read_by_the_command_line() -> None:
    line = words_for_shells(["--template", "it's"], "win32")
    assert line.startswith(f"{MORE} ")
    assert parse(["statusline", *line.split(" ")]).template == "it's"


_GIT = r"C:\Program Files\Git"
_BASH = ntpath.join(_GIT, "bin", "bash.exe")
_WSL = r"C:\Windows\System32\bash.exe"


_OWN = r"D:\g\bash.exe"
_LOCAL = r"C:\L\Programs\Git\bin\bash.exe"
_FILES = {"ProgramFiles": r"C:\Program Files"}


@pytest.mark.parametrize(
    ("environment", "there", "found"),
    [
        ({"CLAUDE_CODE_GIT_BASH_PATH": _OWN}, {_OWN, _BASH}, _OWN),
        ({"CLAUDE_CODE_GIT_BASH_PATH": r"D:\gone.exe", **_FILES}, {_BASH}, _BASH),
        (_FILES, {_BASH, _WSL}, _BASH),
        ({"LOCALAPPDATA": r"C:\L"}, {_LOCAL}, _LOCAL),
        ({"SystemRoot": r"C:\Windows", "PATH": r"C:\Windows\System32"}, {_WSL}, ""),
    ],
)
def test_gits_bash_is_found_as_claude_code_finds_it(
    environment: dict[str, str], there: set[str], found: str
) -> None:
    assert git_bash(environment, there.__contains__) == found
    argv = argv_of("a b", environment, "win32", there.__contains__)
    by_powershell = ["powershell", "-NoProfile", "-Command", "a b"]
    assert argv == ([found, "-c", "a b"] if found else by_powershell)


def test_bash_beside_git_is_found_by_the_search_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path: rf"E:\Git\cmd\{name}.exe")
    beside = r"E:\Git\bin\bash.exe"
    assert git_bash({"PATH": r"E:\Git\cmd"}, {beside}.__contains__) == beside


def test_elsewhere_a_command_is_the_shells() -> None:
    assert argv_of("a | b", {}, "darwin") == ["/bin/sh", "-c", "a | b"]
