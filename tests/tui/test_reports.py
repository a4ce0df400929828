"""Report commands from the command line to the last character they print."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from engine.domain.notices import Notice
from engine.domain.settings import Settings
from engine.domain.snapshots import Progress
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import HOUR, answer, write
from tui.cli import main
from tui.config.settings import settings_of
from tui.options.definition import Namespace
from tui.terminal.progress_line import ProgressLine

PROJECT = Path(__file__).resolve().parents[2]
SESSIONS = ("5aa1c0de-1111-4111-8111-111111111111", "5aa2c0de-2222-4222-8222-222222222222")
COMMANDS = (
    ("hourly",),
    ("daily",),
    ("weekly",),
    ("monthly",),
    ("session",),
    ("blocks",),
    ("blocks", "--active"),
    ("projects",),
    ("models",),
    ("compare", "2026-11-21", "2026-11-22"),
    ("summary",),
)


class Printed(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Printed]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two days of two sessions in two projects; the last response came just now."""
    place = tmp_path / "claude"
    write(
        place,
        answer("a", NOW - 30 * HOUR, 1_000_000, session=SESSIONS[0]),
        answer("b", NOW - HOUR, 2_000_000, session=SESSIONS[0]),
        name=f"-home-me-shop/{SESSIONS[0]}.jsonl",
    )
    write(
        place,
        answer("c", NOW - 60_000, 500_000, session=SESSIONS[1], model="lighthouse-32b"),
        name=f"-home-me-blog/{SESSIONS[1]}.jsonl",
    )
    return place


@pytest.fixture
def run(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the made-up root at the tests' moment."""

    def settings_now(options: Namespace) -> Settings:
        return replace(settings_of(options), clock=lambda: NOW)

    monkeypatch.setattr("tui.config.settings.settings_of", settings_now)

    def run_command(*words: str, at: Path = root) -> Printed:
        places = ("--config-dir", str(at), "--ledger", ":memory:", "-z", "UTC", "--offline")
        code = main([*words, *places])
        return Printed(code, *capsys.readouterr())

    return run_command


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A root with a place for transcripts and none in it."""
    place = tmp_path / "empty"
    (place / "projects").mkdir(parents=True)
    return place


def test_a_report_is_a_title_a_table_and_what_its_costs_leave_out(run: Run) -> None:
    printed = run("daily")
    lines = printed.out.splitlines()
    assert (printed.code, printed.err) == (0, "")
    assert lines[0] == "Days · UTC"
    assert lines[1] == ""
    assert lines[2].startswith("Day ")
    rows = [line.split() for line in lines[4:6]]
    assert [row[0:3] for row in rows] == [["Sat", "21", "Nov"], ["Sun", "22", "Nov"]]
    assert "$4.00" in rows[0]
    assert "$8.00+" in rows[1]
    assert lines[7].split()[0] == "Total"
    assert "3,500,000" in lines[7]
    assert lines[-1].endswith("without a known price: lighthouse-32b")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_report_is_a_page_and_a_document(run: Run, words: tuple[str, ...]) -> None:
    page, document = run(*words), run(*words, "--json")
    assert (page.code, page.err, document.code, document.err) == (0, "", 0, "")
    assert isinstance(json.loads(document.out), dict)
    assert "UTC" in page.out
    assert all(len(line) <= 120 for line in page.out.splitlines())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_without_cost_nothing_names_money(run: Run, words: tuple[str, ...]) -> None:
    page, document = run(*words, "--no-cost"), run(*words, "--no-cost", "--json")
    assert (page.code, document.code) == (0, 0)
    assert "$" not in page.out
    assert "cost" not in (page.out + document.out).casefold()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_without_any_data_people_get_one_sentence_and_scripts_a_document(
    run: Run, empty: Path, words: tuple[str, ...]
) -> None:
    page, document = run(*words, at=empty), run(*words, "--json", at=empty)
    assert (page.code, page.err, document.code) == (0, "", 0)
    assert page.out.startswith(f"No response is known yet. Looked at: {empty}")
    assert page.out.count("\n") == 1
    assert "--config-dir" in page.out
    assert isinstance(json.loads(document.out), dict)


def test_where_nothing_is_in_what_was_asked_for_it_says_so(run: Run) -> None:
    printed = run("daily", "--until", "2020-01-01")
    assert printed.code == 0
    assert printed.out == (
        "Nothing matches: no response is in the days, projects and models asked for.\n"
    )
    assert json.loads(run("daily", "--until", "2020-01-01", "--json").out)["daily"] == []


def test_places_that_the_user_named_and_that_hold_nothing_are_an_error(
    run: Run, tmp_path: Path
) -> None:
    printed = run("daily", at=tmp_path / "nowhere")
    assert (printed.code, printed.out) == (1, "")
    assert printed.err.startswith("ccmon: ")
    assert str(tmp_path / "nowhere") in printed.err


def test_csv_and_markdown_have_the_same_rows(run: Run) -> None:
    csv, markdown = run("daily", "--csv").out, run("daily", "--markdown").out
    for day in ("2026-11-21", "2026-11-22"):
        assert day in csv
        assert day in markdown
    assert markdown.startswith("|")


def test_days_that_end_before_they_begin_are_wrong_arguments(run: Run) -> None:
    printed = run("daily", "--since", "2026-11-22", "--until", "2026-11-21")
    assert (printed.code, printed.out) == (2, "")
    assert printed.err == "ccmon: --since 2026-11-22 is after --until 2026-11-21: swap them.\n"


@pytest.mark.parametrize(
    "words", [("--since", "someday"), ("--until", "2026-13-01"), ("--last", "0")]
)
def test_days_that_are_none_are_wrong_arguments(run: Run, words: tuple[str, ...]) -> None:
    printed = run("daily", *words)
    assert (printed.code, printed.out) == (2, "")
    assert printed.err.count("\n") == 1


def test_days_are_meant_as_people_say_them(run: Run) -> None:
    assert list(_keys(run("daily", "--since", "today", "--json"))) == ["2026-11-22"]
    assert list(_keys(run("daily", "--until", "yesterday", "--json"))) == ["2026-11-21"]
    assert list(_keys(run("daily", "--since", "2d", "--json"))) == ["2026-11-21", "2026-11-22"]


def _keys(printed: Printed) -> list[str]:
    return [row["date"] for row in json.loads(printed.out)["daily"]]


def test_what_the_user_should_know_of_an_answer_goes_to_standard_error(run: Run) -> None:
    printed = run("daily", "--project", "no-such-project", "--json")
    assert printed.code == 0
    assert printed.err.startswith("ccmon: ")
    assert "no-such-project" in printed.err
    json.loads(printed.out)


def test_aliases_change_what_people_read_and_no_figure(run: Run) -> None:
    words = ("daily", "-i", "--project-aliases=-home-me-shop=The [b]Shop,-home-me-blog=Blog")
    lines = run(*words).out.splitlines()
    assert lines.count("The [b]Shop") == lines.count("Blog") == 1
    figures = [line for line in lines if line.startswith(("Sat", "Sun", "Total"))]
    assert figures == [
        line
        for line in run("daily", "-i").out.splitlines()
        if line.startswith(("Sat", "Sun", "Total"))
    ]


def test_the_beginning_of_an_id_is_enough_for_a_session(run: Run) -> None:
    page, whole = run("session", "--id", "5aa1"), run("session", "--id", SESSIONS[0])
    assert page.code == 0
    assert page == whole
    assert SESSIONS[0] in page.out
    assert page.out.count("Opus 5.5") >= 3
    document = json.loads(run("session", "--id", "5aa1", "--json").out)
    assert document["sessionId"] == SESSIONS[0]
    assert [entry["inputTokens"] for entry in document["entries"]] == [1_000_000, 2_000_000]


def test_a_session_needs_no_flag_and_is_shown_whole_whatever_the_days(run: Run) -> None:
    whole = run("session", "--id", SESSIONS[0])
    assert run("session", SESSIONS[0]) == run("session", "5aa1") == whole
    assert run("session", "5aa1", "--since", "today") == whole


@pytest.mark.parametrize("words", [("-p", "nosuch"), ("--model", "lighthouse"), ("-p", "blog")])
def test_a_session_that_is_not_of_what_is_asked_for_is_not_shown(
    run: Run, words: tuple[str, ...]
) -> None:
    for named in (SESSIONS[0], "5aa1"):
        printed = run("session", "--id", named, *words)
        assert (printed.code, printed.out) == (1, "")
        assert f"ession '{named}'" in printed.err
    assert run("session", "--id", "5aa2", "--model", "lighthouse", "-p", "blog").code == 0


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("5aa", f"'5aa' begins the ids of several sessions: {SESSIONS[0]}, {SESSIONS[1]}."),
        (f"{SESSIONS[1][:-1]}3", f"did you mean {SESSIONS[1]}"),
        ("zzz", "There is no session 'zzz': ccmon session lists them."),
        ("\x1b[31m", "There is no session '[31m': "),
    ],
)
def test_a_session_that_is_none_or_several_fails_and_names_the_nearest(
    run: Run, named: str, said: str
) -> None:
    page, document = run("session", "--id", named), run("session", "--id", named, "--json")
    assert (page.code, page.out) == (1, "")
    assert (document.code, document.out) == (1, "null\n")
    assert page.err == document.err
    assert said in page.err
    assert page.err.count("\n") == 1


def test_warnings_of_the_monitor_go_to_standard_error(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (Notice("warning", "disk \x1b[31mfull"), Notice("information", "all is well"))
    monkeypatch.setattr(Monitor, "notices", lambda _self: told)
    printed = run("daily", "--json")
    assert printed.err == "ccmon: disk [31mfull\n"
    json.loads(printed.out)


def test_a_limit_is_shown_against_the_active_block(run: Run) -> None:
    page = run("blocks", "--active", "-t", "10M").out
    assert "10,000,000 tokens · 25% used · 7,500,000 left" in page


def test_colour_comes_when_asked_for_and_changes_no_text(run: Run) -> None:
    plain, styled = run("daily").out, run("daily", "--color").out
    assert "\x1b[" not in plain
    assert "\x1b[1m" in styled
    assert plain.splitlines()[0] in styled.replace("\x1b[0m", "").replace("\x1b[1m", "").replace(
        "\x1b[2m", ""
    )


_TOLD = """
import sys
import tui.cli
code = tui.cli.main(sys.argv[1:])
sys.stdout.flush()
print(code, *sorted({"rich", "textual", "httpx", "watchfiles"} & set(sys.modules)), file=sys.stderr)
"""


def started(root: Path, *words: str, code: str = _TOLD, **more: Any) -> Any:
    """Run a command in a process of its own; return it with what it printed as bytes."""
    places = ("--config-dir", str(root), "--ledger", ":memory:", "-z", "UTC", "--offline")
    return subprocess.run(
        [sys.executable, "-c", code, *words, *places],
        cwd=PROJECT,
        capture_output=True,
        check=True,
        timeout=60,
        **more,
    )


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_what_scripts_read_is_printed_without_anything_that_draws(root: Path, form: str) -> None:
    assert started(root, "daily", form).stderr == b"0\n"
    assert started(root, "daily").stderr == b"0 rich\n"


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",), ("--markdown",)])
def test_a_stream_of_ascii_gets_the_whole_report(root: Path, form: tuple[str, ...]) -> None:
    write(root, answer("d", NOW, session="s3"), name="-home-me-データ/s3.jsonl")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "200"}
    done = started(root, "projects", *form, env=environment)
    assert done.stderr.startswith(b"0")
    assert done.stdout.isascii()
    if form == ("--json",):
        assert "データ" in json.dumps(json.loads(done.stdout), ensure_ascii=False)


def test_a_reader_that_goes_away_ends_a_report_in_silence(root: Path) -> None:
    lines = [answer(f"x{number}", NOW - number * HOUR) for number in range(3_000)]
    write(root, *lines, name="-home-me-shop/many.jsonl")
    places = f"--config-dir '{root}' --ledger :memory: -z UTC --offline"
    told = f"set -o pipefail; '{sys.executable}' -m tui hourly {places} | head -1"
    done = subprocess.run(["bash", "-c", told], cwd=PROJECT, capture_output=True, check=False)
    assert done.stdout.startswith(b"Hours")
    assert (done.returncode, done.stderr) == (0, b"")


class Terminal(io.StringIO):
    """Standard error that somebody looks at."""

    def isatty(self) -> bool:
        return True


def _progress(share: float) -> Progress:
    return Progress(round(share * 2_000), 2_000, 1, 2, 3, 12.4, share)


def test_progress_is_shown_after_a_second_on_one_line_that_goes_away() -> None:
    now = iter((0.0, 0.5, 1.5, 1.55, 2.0))
    stream = Terminal()
    with ProgressLine(stream, lambda: next(now)) as line:
        line.show(_progress(0.1))
        assert stream.getvalue() == ""
        for share in (0.5, 0.6, 1.0):
            line.show(_progress(share))
    shown = stream.getvalue().split("\r")
    assert [text.rstrip() for text in shown] == [
        "",
        "Reading 1,000 of 2,000 files (50%, 12s left)",
        "Reading 2,000 of 2,000 files (100%, 12s left)",
        "",
        "",
    ]
    assert len(shown[3]) >= len(shown[2])
    assert "\n" not in stream.getvalue()


def test_progress_is_for_terminals_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, term in ((io.StringIO(), "xterm"), (Terminal(), "dumb")):
        monkeypatch.setenv("TERM", term)
        now = iter((0.0, 9.0, 9.9))
        with ProgressLine(stream, lambda times=now: next(times)) as line:  # type: ignore[misc]
            line.show(_progress(0.5))
        assert stream.getvalue() == ""
