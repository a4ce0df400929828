"""JSON that is filtered by jq, where that is installed and where it is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import NOW
from tests.made_lines import answer, write
from tui.cli import main

_SESSION = "5aa1c0de-1111-4111-8111-111111111111"
_FAKE = """#!/bin/sh
[ "$1" = " .broken" ] && { echo 'jq: error: broken is not defined' >&2; exit 3; }
[ "$1" = " .failing" ] && { echo 'jq: error (at <stdin>:0): cannot' >&2; exit 5; }
echo "$1"
cat
"""


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """The options that let a report read a made-up root."""
    root = tmp_path / "claude"
    write(root, answer("a1", NOW, 1_000_000), name=f"-home-me-shop/{_SESSION}.jsonl")
    return ["--config-dir", str(root), "--ledger", ":memory:", "-z", "UTC", "--offline"]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A jq that prints its filter and its input, so that these tests need none."""
    place = tmp_path / "bin"
    place.mkdir()
    program = place / "jq"
    program.write_text(_FAKE, "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:/usr/bin:/bin")


@pytest.mark.posix
@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("flag", ["--jq", "-q"])
@pytest.mark.parametrize(
    "command", [["daily"], ["session"], ["daily", "--sections", "daily,session"], ["models"]]
)
def test_jq_is_handed_the_document_that_json_prints(
    words: list[str], flag: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--json", *words]) == 0
    document = json.loads(capsys.readouterr().out)
    assert main([*command, flag, "-.totals", *words]) == 0
    filtered, _, rest = capsys.readouterr().out.partition("\n")
    assert filtered == " -.totals"
    assert json.loads(rest) == document


@pytest.mark.posix
@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(("jq", "code"), [(".broken", 2), (".failing", 1)])
def test_what_jq_cannot_do_is_one_sentence(
    words: list[str], jq: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["daily", "-q", jq, *words]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("ccmon: jq cannot do this: jq: error")
    assert printed.err.count("\n") == 1


def test_without_jq_it_is_said_what_is_missing(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["daily", "--jq", ".totals", *words]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "ccmon: --jq needs the program jq: install it, or use --json.\n"


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_real_jq_filters(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["daily", "-q", ".totals.inputTokens", *words]) == 0
    assert capsys.readouterr().out == "1000000\n"
    assert main(["daily", "-q", ".daily[", *words]) == 2
    assert capsys.readouterr().err.startswith("ccmon: jq cannot do this: jq: ")
