"""All of ccmon in a process that takes itself for one on Windows (`pretended`)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.made_lines import answer, moment
from tests.surroundings import needed

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there it is no pretence: all other tests run there"
)

_REPOSITORY = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command line there; home, environment and a root in it are of the test."""
    (tmp_path / "root" / "projects" / "-w").mkdir(parents=True)

    def run(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "tests.platforms.pretended", *words],
            cwd=_REPOSITORY,
            env={
                **needed(),
                "HOME": str(tmp_path / "home"),
                "LOCALAPPDATA": str(tmp_path / "local"),
                "CLAUDE_CONFIG_DIR": str(tmp_path / "root"),
            },
            input=given,
            capture_output=True,
            check=False,
        )

    return run


def _write(tmp_path: Path, name: str, *times: str) -> Path:
    path = tmp_path / "root" / "projects" / "-w" / f"{name}.jsonl"
    lines = [answer(f"{name}{number}", moment(at)) for number, at in enumerate(times)]
    path.write_bytes(b"".join(lines))
    return path


def _totals(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    assert (done.returncode, done.stderr) == (0, b"")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_serials_times_and_zone_of_windows_cost_no_figure(run: Run, tmp_path: Path) -> None:
    _write(tmp_path, "a1", "2026-07-01T22:30", "2026-12-01T22:30")
    late = _write(tmp_path, "b2", "3500-01-01T00:00")
    document = _totals(run("daily", "--json", "--offline"))
    assert document["totals"]["responses"] == 3
    days = [row["date"] for row in document["daily"]]
    assert days == ["2026-07-02", "2026-12-01", "3500-01-01"], "summer time holds in summer"
    assert document["timezone"] == "Europe/Berlin"
    assert (tmp_path / "local" / "ccmon" / "ledger.db").is_file()
    with late.open("ab") as file:
        file.write(answer("b9", moment("1971-01-01T00:00")))
    again = _totals(run("daily", "--json", "--offline"))
    assert again["totals"]["responses"] == 4
    assert again["daily"][0]["date"] == "1971-01-01"


def test_what_is_redirected_is_utf8_with_bare_line_feeds_and_json_is_ascii(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "root" / "projects" / "-w" / "c3.jsonl"
    path.write_bytes(answer("c1", moment("2026-07-01T22:30"), cwd="/w/é潮"))
    table = run("projects", "--offline")
    assert (table.returncode, b"\r" in table.stdout) == (0, False)
    assert "é潮" in table.stdout.decode("utf-8")
    document = run("projects", "--json", "--offline").stdout
    assert document.isascii()
    assert "é潮" in json.dumps(json.loads(document), ensure_ascii=False)
