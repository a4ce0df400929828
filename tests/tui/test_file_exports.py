"""Files for other programs, read back by others than wrote them: equal to the last digit."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.domain.questions import Question, Selection
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import DAY, HOUR, answer, write
from tui.cli import main
from tui.config.settings import settings_of
from tui.options.definition import Namespace

TOKENS = (
    *("inputTokens", "outputTokens", "cacheReadTokens"),
    *("cacheCreation5mTokens", "cacheCreation1hTokens"),
)
SUMS = (*TOKENS, "costUSDPico", "responses")
STRANGE = "=cmd|'/c calc'!A1; \ud800 ☃"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three months of two sessions: recorded costs, a model without a price, strange names."""
    place = tmp_path / "claude"
    for number in range(60):
        usage = {
            "input_tokens": 3 + number,
            "output_tokens": 7 * number + 1,
            "cache_read_input_tokens": 11 * number,
            "cache_creation": {
                "ephemeral_5m_input_tokens": number,
                "ephemeral_1h_input_tokens": 2 * number,
            },
        }
        more: dict[str, Any] = {"costUSD": 0.123456789012} if number % 7 == 0 else {}
        model = "lighthouse-32b" if number % 9 == 0 else "claude-opus-5-5"
        line = {"id": f"msg_01e{number}", "model": model, "usage": usage}
        session = f"s{number % 2}"
        write(
            place,
            answer("x", NOW - number * DAY, session=session, message=line, cwd=STRANGE, **more),
            name=f"-code-app/{session}.jsonl",
        )
    return place


Export = Callable[..., int]


@pytest.fixture
def export(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    """Export from a ledger that is kept."""

    def settings_now(options: Namespace) -> Settings:
        return replace(settings_of(options), clock=lambda: NOW)

    monkeypatch.setattr("tui.config.settings.settings_of", settings_now)

    def run(*words: str) -> int:
        places = ("--config-dir", str(root), "--ledger", str(tmp_path / "l.db"), "-z", "UTC")
        return main(["export", *words, *places, "--offline"])

    return run


@pytest.fixture
def expected(root: Path, settings: Callable[..., Settings]) -> tuple[int, ...]:
    """What a report says of all that is exported, in the order of `SUMS`."""
    with Monitor(settings(roots=(root,))) as monitor:
        monitor.catch_up()
        figures = monitor.answers.answer(Question(kind="daily")).totals.figures
    tokens = figures.tokens
    return (
        *(tokens.input, tokens.output, tokens.cache_read),
        *(tokens.cache_write_5m, tokens.cache_write_1h),
        figures.cost,
        figures.responses,
    )


def test_sqlite_has_the_same_sums(
    export: Export, expected: tuple[int, ...], tmp_path: Path
) -> None:
    assert export("--sqlite", str(tmp_path / "u.db")) == 0
    assert _in_sqlite(tmp_path / "u.db") == expected


def test_csv_has_the_same_sums_and_nothing_that_a_spreadsheet_runs(
    export: Export, expected: tuple[int, ...], tmp_path: Path
) -> None:
    assert export("--csv", str(tmp_path / "parts")) == export("--csv", str(tmp_path / "a.csv")) == 0
    parts = [row for path in sorted((tmp_path / "parts").glob("*/*.csv")) for row in _rows(path)]
    whole = _rows(tmp_path / "a.csv")
    assert parts == whole
    sums = [sum(int(row[name] or 0) for row in whole) for name in SUMS[:-1]]
    assert (*sums, len(whole)) == expected
    dollars = sum(Decimal(row["costUSD"]) for row in whole if row["costUSD"])
    assert dollars * 10**12 == expected[-2]
    assert all(row["projectPath"].startswith("'=cmd") for row in whole)


def test_parquet_has_the_same_sums_in_duckdb_with_types_and_units(
    export: Export, expected: tuple[int, ...], tmp_path: Path
) -> None:
    duckdb = pytest.importorskip("duckdb")
    parquet = pytest.importorskip("pyarrow.parquet")
    place = tmp_path / "parts"
    assert export("--parquet", str(place)) == export("--parquet", str(tmp_path / "a.parquet")) == 0
    sums = ", ".join(f"sum({name})" for name in SUMS[:-1])
    for source in (f"{place}/**/*.parquet", tmp_path / "a.parquet"):
        row = duckdb.sql(f"SELECT {sums}, count(*), sum(costUSD) FROM '{source}'").fetchall()[0]
        assert row[:-1] == expected
        assert row[-1] * 10**12 == expected[-2]
    months = duckdb.sql(f"SELECT DISTINCT month FROM '{place}/**/*.parquet' ORDER BY 1").fetchall()
    assert months == [("2026-09",), ("2026-10",), ("2026-11",)]
    field = parquet.read_schema(tmp_path / "a.parquet").field("costUSDPico")
    assert field.metadata[b"unit"] == b"10^-12 USD"
    assert str(field.type) == "int64"


def test_pandas_and_excel_read_the_same(
    export: Export, expected: tuple[int, ...], tmp_path: Path
) -> None:
    pandas = pytest.importorskip("pandas", reason="pip install -e '.[export-tests]'")
    pytest.importorskip("openpyxl", reason="pip install -e '.[export-tests]'")
    assert export("--parquet", str(tmp_path / "p")) == 0
    assert export("--xlsx", str(tmp_path / "u.xlsx")) == 0
    frame = pandas.read_parquet(tmp_path / "p", dtype_backend="pyarrow")
    assert (*(int(frame[name].sum()) for name in SUMS[:-1]), len(frame)) == expected
    sheets = pandas.read_excel(tmp_path / "u.xlsx", sheet_name=None)
    assert list(sheets) == ["2026-09", "2026-10", "2026-11", "columns"]
    frame = pandas.concat([sheets[name] for name in sheets if name != "columns"])
    assert (*(int(frame[name].sum()) for name in SUMS[:-1]), len(frame)) == expected


def test_a_workbook_is_written(export: Export, tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    assert export("--xlsx", str(tmp_path / "u.xlsx")) == 0
    assert (tmp_path / "u.xlsx").read_bytes().startswith(b"PK")


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_only_months_that_changed_are_written_again(
    export: Export, root: Path, tmp_path: Path, form: str
) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    place = tmp_path / "parts"
    assert export(f"--{form}", str(place)) == 0
    before = _inodes(place)
    assert export(f"--{form}", str(place)) == 0
    assert _inodes(place) == before
    write(root, answer("new", NOW - HOUR, 5))
    assert export(f"--{form}", str(place)) == 0
    changed = {name for name, inode in _inodes(place).items() if before[name] != inode}
    assert changed == {"month=2026-11"}
    (place / "month=2026-10" / f"responses.{form}").write_bytes(b"cut")
    assert export(f"--{form}", str(place)) == 0
    assert (place / "month=2026-10" / f"responses.{form}").stat().st_size > 100


def test_a_response_that_moves_to_another_month_leaves_its_old_one(
    export: Export, root: Path, tmp_path: Path
) -> None:
    write(root, answer("moves", NOW, 1_000_000, session="s0"), name="-code-app/s0.jsonl")
    for form, place in (("--csv", tmp_path / "parts"), ("--sqlite", tmp_path / "u.db")):
        assert export(form, str(place)) == 0
    write(root, answer("moves", NOW - 90 * DAY, 1_000_000, session="s9"))
    for form, place in (("--csv", tmp_path / "parts"), ("--sqlite", tmp_path / "u.db")):
        assert export(form, str(place)) == 0
    rows = [row for path in (tmp_path / "parts").glob("*/*.csv") for row in _rows(path)]
    moved = [row["timestamp"] for row in rows if row["inputTokens"] == "1000000"]
    assert [time[:7] for time in moved] == ["2026-08"]
    assert _in_sqlite(tmp_path / "u.db")[-1] == len(rows) == 61


def test_a_narrower_export_takes_the_place_of_the_wider_one(export: Export, tmp_path: Path) -> None:
    place = tmp_path / "parts"
    assert export("--csv", str(place)) == 0
    assert export("--csv", str(place), "--since", "2026-10-01") == 0
    assert sorted(_inodes(place)) == ["month=2026-10", "month=2026-11"]
    assert export("--csv", str(place), "--project", "nowhere") == 0
    assert sorted(_inodes(place)) == ["month=2026-10", "month=2026-11"]


def test_every_report_is_a_table(
    export: Export, root: Path, settings: Callable[..., Settings], tmp_path: Path
) -> None:
    database = tmp_path / "u.db"
    for report in ("daily", "hourly", "session", "blocks", "projects", "models", "monthly"):
        assert export(report, "--sqlite", str(database)) == 0
        with Monitor(settings(roots=(root,))) as monitor:
            monitor.catch_up()
            question = Question(kind=report, selection=Selection())
            figures = monitor.answers.answer(question).totals.figures
        with sqlite3.connect(database) as connection:
            row = connection.execute(
                f"SELECT sum(totalTokens), sum(totalCostPico), sum(responses) FROM {report}"
            ).fetchone()
        assert row == (figures.tokens.total, figures.cost, figures.responses)


def test_what_is_not_ours_is_refused(
    export: Export, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "photos"
    other.mkdir()
    (other / "one.jpg").write_bytes(b"1")
    database = tmp_path / "other.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE responses (mine)")
    refused = [
        ("--csv", other),
        ("--sqlite", database),
        ("--sqlite", other),
        ("--sqlite", "/dev/null/x"),
    ]
    for form, place in (*refused, ("--sqlite", "/dev/null/x")):
        assert export(form, str(place)) == 1
        assert capsys.readouterr().err.startswith("ccmon: ")
    assert [path.name for path in other.iterdir()] == ["one.jpg"]
    assert export("--csv", str(tmp_path / "x"), "--sqlite", str(database)) == 2
    assert export() == 2


def test_a_write_that_fails_leaves_what_was_there(
    export: Export, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "parts"
    assert export("--csv", str(place)) == 0
    before = {path: path.read_bytes() for path in place.glob("*/*.csv")}
    write(root, answer("new", NOW - HOUR, 5))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tui.flat.files.drafts.os.fsync", full)
    assert export("--csv", str(place)) == 1
    assert {path: path.read_bytes() for path in place.glob("*/*")} == before


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _in_sqlite(path: Path) -> tuple[int, ...]:
    sums = ", ".join(f"sum({name})" for name in SUMS[:-1])
    with sqlite3.connect(path) as connection:
        return tuple(connection.execute(f"SELECT {sums}, count(*) FROM responses").fetchone())


def _inodes(place: Path) -> dict[str, int]:
    return {path.parent.name: path.stat().st_ino for path in place.glob("*/responses.*")}
