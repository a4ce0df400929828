import csv
import io
import json
from pathlib import Path

import pytest

from engine.domain.responses import PICO
from tests.tui.report_samples import HOUR, NOW, OPUS, UNKNOWN, figures, report_of, row
from tui.flat.csv_text import usd
from tui.live.new_file import ExportError
from tui.live.report.export import write_report


def exported(tmp_path, report, fmt="csv", rows=None):
    return write_report(report, rows or report.rows, fmt, tmp_path, NOW, home=tmp_path)


def test_a_file_is_named_by_report_and_time_and_never_written_over(tmp_path):
    report = report_of([row(1)], "daily")
    names = [exported(tmp_path, report).name for _ in range(3)]
    assert names == [
        "ccmon-daily-20261122-140500.csv",
        "ccmon-daily-20261122-140500-2.csv",
        "ccmon-daily-20261122-140500-3.csv",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_csv_holds_exact_figures(tmp_path):
    report = report_of([row(1, figures=figures(3, (OPUS, UNKNOWN), cost=PICO + 1))])
    raw = exported(tmp_path, report).read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n") == 2
    (line,) = csv.DictReader(io.StringIO(raw.decode(), newline=""))
    tokens = report.rows[0].figures.tokens
    assert line["sessionId"] == row(1).key
    assert int(line["cacheCreationTokens"]) == tokens.cache_write
    assert int(line["totalTokens"]) == tokens.total
    assert line["totalCost"] == "1.000000000001"
    assert line["modelsUsed"] == f"{OPUS}; {UNKNOWN}"
    assert line["lastActivity"] == "2026-11-22T11:35:00.000Z"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_spreadsheet_finds_no_formula_in_a_name(tmp_path, start):
    report = report_of([row(1, project=f'{start}cmd|"/c calc"!A1', label="a,\x1b\nb")])
    text = exported(tmp_path, report).read_text()
    (line,) = csv.DictReader(io.StringIO(text, newline=""))
    assert line["project"] == f'\'{start}cmd|"/c calc"!A1'
    assert line["label"] == "a, b"


def test_json_has_the_rows_and_their_totals_under_known_names(tmp_path):
    report = report_of([row(1), row(2), row(3)], "daily")
    path = exported(tmp_path, report, "json", rows=report.rows[:2])
    document = json.loads(path.read_text())
    assert [line["date"] for line in document["daily"]] == [row(1).key, row(2).key]
    first, second = (each.figures for each in report.rows[:2])
    assert document["totals"]["totalCost"] == pytest.approx((first.cost + second.cost) / PICO)
    assert document["totals"]["inputTokens"] == first.tokens.input + second.tokens.input
    assert {
        "outputTokens",
        "cacheCreationTokens",
        "cacheReadTokens",
        "totalTokens",
        "modelsUsed",
        "modelBreakdowns",
    } <= set(document["daily"][0])
    assert path.read_text().startswith('{\n  "daily"')


def test_blocks_carry_their_times(tmp_path):
    report = report_of([row(1, start=NOW, end=NOW + HOUR, is_active=True)], "blocks")
    (line,) = json.loads(exported(tmp_path, report, "json").read_text())["blocks"]
    assert line["startTime"] == "2026-11-22T14:05:00.000Z"
    assert (line["isActive"], line["isGap"]) == (True, False)


def test_home_takes_what_the_directory_does_not(tmp_path):
    report = report_of([row(1)])
    path = write_report(report, report.rows, "csv", tmp_path / "absent", NOW, home=tmp_path)
    assert path.parent == tmp_path


def test_where_nothing_can_be_written_one_sentence_says_so(tmp_path):
    report = report_of([row(1)])
    absent = tmp_path / "absent"
    with pytest.raises(ExportError, match="start ccmon in a directory you may write to"):
        write_report(report, report.rows, "csv", absent, NOW, home=absent)


def test_a_write_that_breaks_off_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(_path: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    report = report_of([row(1)])
    with pytest.raises(ExportError, match="No space left on device"):
        exported(tmp_path, report)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("pico", "text"),
    [(0, "0"), (1, "0.000000000001"), (PICO, "1"), (PICO * 5 // 2, "2.5"), (-PICO // 2, "-0.5")],
)
def test_money_is_written_to_its_last_digit(pico, text):
    assert usd(pico) == text
