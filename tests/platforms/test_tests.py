"""The tests themselves run on every system: nothing of POSIX is taken for granted unsaid."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.platforms.posix import imported_at_once, sources, unmarked
from tests.platforms.smoke import STEPS

_REPOSITORY = Path(__file__).resolve().parents[2]
_ASKS = re.compile(r"sys\.platform [=!]=|\bos\.name\b")
_BY_NAME = (".py", ".toml", ".md", ".js", ".css", ".html", ".sql", ".json", ".yml", ".tcss")


def test_no_test_is_lost_with_a_module_of_posix() -> None:
    assert {name: found for name, text in sources() if (found := imported_at_once(text))} == {}


def test_what_needs_posix_says_so() -> None:
    assert {name: found for name, text in sources() if (found := unmarked(text))} == {}


def test_what_needs_posix_would_be_found() -> None:
    text = "def _made(path):\n    path.symlink_to('x')\n\ndef test_a():\n    _made(1)\n"
    assert unmarked(text) == ["test_a"]
    assert unmarked(text.replace("def test", "@pytest.mark.posix\ndef test")) == []
    tried = "try:\n    import termios\nexcept ImportError: ..."
    assert imported_at_once(f"import pty\n{tried}") == {"pty"}


def test_the_system_is_asked_for_in_one_place() -> None:
    asking = {
        path.relative_to(_REPOSITORY).as_posix()
        for room in ("engine", "tui")
        for path in (_REPOSITORY / room).rglob("*.py")
        if _ASKS.search(path.read_text("utf-8"))
    }
    assert asking == {"engine/domain/locks.py"}, "which library of locks there is"


@pytest.mark.parametrize("name", ["HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"])
def test_no_home_of_the_users_is_seen(name: str, home: Path) -> None:
    assert os.environ.get(name, str(home)).startswith(str(home))
    assert Path.home() == home


def test_every_text_has_line_feeds_alone_in_the_repository() -> None:
    attributes = (_REPOSITORY / ".gitattributes").read_text("utf-8")
    assert "* text=auto eol=lf" in attributes
    listed = subprocess.run(
        ["git", "ls-files", "--eol"], cwd=_REPOSITORY, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0 or not listed.stdout:
        pytest.skip("this is no clone")
    crooked = [
        line
        for line in listed.stdout.splitlines()
        if line.endswith(_BY_NAME) and line.split()[0] in ("i/crlf", "i/mixed")
    ]
    assert crooked == []


@pytest.mark.skipif(sys.platform == "win32", reason="there all tests are collected anyway")
def test_a_few_tests_are_collected_in_a_process_that_takes_itself_for_windows() -> None:
    some = ["tests/tui/test_terminal.py", "tests/tui/test_statusline_install.py"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.platforms.collected", *some],
        cwd=_REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2_000:]


def test_the_matrix_has_every_system_python_and_step() -> None:
    text = (_REPOSITORY / ".github" / "workflows" / "tests.yml").read_text("utf-8")
    project = (_REPOSITORY / "pyproject.toml").read_text("utf-8")
    for version in re.findall(r"Python :: (3\.\d+)", project):
        assert f'"{version}"' in text
    for system in ("windows-2025", "windows-2022", "macos-15", "macos-14", "ubuntu-24.04"):
        assert system in text
    asked = " ".join(re.findall(r"tests\.platforms\.smoke ([a-z ]+)", text)).split()
    assert asked == [step.__name__ for step in STEPS], "in the order of their writing"
