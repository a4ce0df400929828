"""Strange bytes wherever ccmon reads what others wrote: refused in a sentence, or understood."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples

from engine.agents.claude import transcripts as claude
from engine.agents.claude.places import place_of
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.faults import corpus, fuzz
from tests.faults.fuzz_transcripts import check_line, check_tail
from tests.faults.told import told
from tests.faults.written import responses, transcript
from tests.generated import transcripts
from tests.slow_reading import read
from tui.cli import main

_TIMES = {
    "lines": 2_000,
    "tail": 200,
    "readers": 200,
    "limits": 1_000,
    "config": 200,
    "ccusage-config": 100,
    "options": 25,
    "hook": 1_000,
    "prices": 300,
    "price-file": 200,
    "official": 500,
    "ledger": 12,
}
_MANY_DIGITS = b"9" * 5_000
_DEEP = b"[" * 1_500


@pytest.mark.parametrize("name", fuzz.TARGETS)
def test_nothing_but_a_refusal_comes_of_strange_bytes(name: str) -> None:
    fuzz.feed(name, _TIMES[name], seed=1)


@examples(max_examples=60, derandomize=True, deadline=None)
@given(files=transcripts())
def test_readers_agree_on_every_line_and_cuts_change_nothing(files: dict[int, bytes]) -> None:
    for data in files.values():
        check_tail(data)
        for line in data.split(b"\n"):
            check_line(line)


def test_what_fails_is_told_with_the_command_that_feeds_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check(data: bytes) -> None:
        if b"grok" not in data:
            raise RuntimeError("no grok")

    broken = fuzz.TARGETS["prices"]._replace(check=check, is_guided=False)
    monkeypatch.setitem(fuzz.TARGETS, "prices", broken)
    (failure,) = fuzz.run(0.5, 3, ["prices"])
    assert failure.startswith("prices: RuntimeError: no grok; python -m tests.faults.fuzz ")
    assert fuzz.run(0.5, 3, ["prices"]) == [failure]
    monkeypatch.setattr(sys, "argv", failure.partition("; python -m ")[2].split(" "))
    with pytest.raises(RuntimeError):
        fuzz.main()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("config", b"since = " + _MANY_DIGITS),
        ("config", b'ledger = "a\\u0000b"'),
        ("config", b'config-dir = ["a\\u0000b"]'),
        ("ccusage-config", b'{"defaults":{"timezone":"a\\u0000b","since":"\\u0000"}}'),
        ("options", b"--"),
        ("price-file", b'{"models":' + _DEEP),
        ("prices", _DEEP),
        ("official", b'{"a":' * 1_500),
    ],
)
def test_what_once_went_wrong_is_refused(name: str, data: bytes, home: Path) -> None:
    fuzz.TARGETS[name].check(data)


def test_a_number_too_long_for_python_hides_no_response_of_a_damaged_line() -> None:
    whole = corpus.lines()[0]
    line = whole[:-1] + b',"n":' + _MANY_DIGITS + b',"cut":"\\ud83d"}\n'
    place = place_of("-code-app/s1.jsonl")
    said, reason = claude.read_patiently(line, 0, place)
    assert said == [claude.read_line(whole, 0, place)]
    assert reason is None


def test_a_ledger_whose_table_names_are_no_text_is_set_aside(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    ledger = tmp_path / "ledger.db"
    transcript(tmp_path, "-a/s1.jsonl", responses(range(9)))
    given = settings(roots=(tmp_path,), ledger=str(ledger))
    with Monitor(given) as monitor:
        monitor.read()
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    content = ledger.read_bytes()
    for whole, broken in (
        (b"tableclockclock", b"table\xf3\xf3\xf3\xf3\xf3clock"),
        (b"CREATE TABLE clock", b"CREATE TABLE ((((("),
    ):
        assert content.count(whole) == 1
        content = content.replace(whole, broken)
    ledger.write_bytes(content)
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, read(tmp_path))
        assert "was damaged" in told(monitor)


@pytest.mark.parametrize("words", [("doctor",), ("config", "check")])
def test_what_a_file_says_steers_no_terminal_when_it_is_refused(
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "config.toml").write_text('timezone = "a\\u001b[2J\\u0007\\nb"\n')
    monkeypatch.setenv("CCMON_CONFIG_DIR", str(tmp_path))
    assert main(words) != 0
    said = capsys.readouterr().err
    assert said.startswith("ccmon: ")
    assert said.count("\n") == 1
    assert said.strip().isprintable()
