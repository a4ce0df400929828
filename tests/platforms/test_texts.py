"""What people are told to do can be done in the shell of their system."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.platforms.powershell import NotPlain, native_words
from tui.config.command_line import parse
from tui.config.layer import ConfigError
from tui.help.topics.configuration import files
from tui.live.screens import empty_screen
from tui.words.shells import example_path, setting, with_variable

_REPOSITORY = Path(__file__).resolve().parents[2]
_NOT_THERE = re.compile(r"\b(?:chmod|kill -|sudo|export [A-Z_]+=|ulimit|/etc/)")


def test_a_variable_is_set_as_each_shell_sets_it() -> None:
    assert setting("A_B", "x", "linux") == "export A_B=x"
    assert setting("A_B", "x", "win32") == "$env:A_B = 'x'"
    place = example_path("path/to/claude", "win32")
    assert place == r"C:\path\to\claude"
    line = with_variable("CLAUDE_CONFIG_DIR", place, "ccmon live", "win32")
    assert line == r"$env:CLAUDE_CONFIG_DIR = 'C:\path\to\claude'; ccmon live"
    assert with_variable("A", example_path("b"), "c", "darwin") == "A=/b c"
    with pytest.raises(NotPlain):
        native_words(line, "")


def test_an_empty_screen_names_what_can_be_typed_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("with_variable", "example_path"):
        function = getattr(empty_screen, name)
        monkeypatch.setattr(
            empty_screen, name, lambda *given, function=function: function(*given, "win32")
        )
    ways = empty_screen._ways()
    assert ways[0].startswith("$env:CLAUDE_CONFIG_DIR = 'C:\\")
    assert ways[1] == r"ccmon live --config-dir C:\path\to\claude"


def test_no_sentence_asks_for_a_program_that_a_system_lacks() -> None:
    for room in ("engine", "tui"):
        for path in (_REPOSITORY / room).rglob("*.py"):
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                is_told = '"' in line and not line.lstrip().startswith(("#", '"""'))
                if is_told and path.name not in ("shells.py", "times.py", "autostart.py"):
                    assert not _NOT_THERE.search(line), f"{path}:{number}: {line.strip()}"


def test_the_page_of_files_names_the_places_of_each_system() -> None:
    text = repr(files())
    for place in (
        "~/.local/share/ccmon",
        "~/Library/Application Support/ccmon",
        "%LOCALAPPDATA%",
        "wsl.localhost",
        "/mnt/c/Users",
    ):
        assert place in text


@pytest.mark.parametrize(
    "line", [r'ledger = "C:\Users\me\ledger.db"', r'config-dir = ["\\server\share"]']
)
def test_a_path_of_windows_between_double_quotes_is_told_what_to_do(
    line: str, tmp_path: Path
) -> None:
    path = tmp_path / "some.toml"
    path.write_text(f"top = 3\n{line}\n", "utf-8")
    with pytest.raises(ConfigError, match=r"line 2.*single quotes"):
        parse(["daily", "--config", str(path)])
    path.write_text(f"{line.replace(chr(34), chr(39))}\n", "utf-8")
    assert parse(["daily", "--config", str(path)])
    path.write_text("top = \n", "utf-8")
    with pytest.raises(ConfigError) as other:
        parse(["daily", "--config", str(path)])
    assert "single quotes" not in str(other.value)
