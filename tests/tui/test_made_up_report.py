"""A report is added in one place: a made-up definition is found in all that shows reports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOW
from tests.made_lines import HOUR, answer, write
from tests.patience import PATIENCE

_CODE = """
import sys
from engine.domain import report_definitions as definitions

definitions.REPORTS += (
    definitions.ReportDefinition(
        key="clients",
        by="project",
        title="Clients",
        nouns=("client", "clients"),
        summary="a row for each client",
        columns=("project", "total", "cost", "responses"),
        flat=("tokens", "cost"),
        document="projects",
        row_key="project",
        tab=definitions.Tab(
            "clients", "Clients", 8, "client", ("project", "total", "cost"), ("total",)
        ),
        options=("breakdown",),
        examples=(("ccmon clients -b", "with their models"),),
    ),
)
"""
_RUN = """
from tui.cli import main
sys.exit(main(sys.argv[1:]))
"""
_ON_SCREEN = """
import asyncio, json
from pathlib import Path
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tui.live.app import LiveApp
from tui.live.frame.tab_bar import TABS
from tui.live.keys import BY_ID, key_rows
from tui.live.report.export import write_report
from tui.live.report.report_pane import ReportPane
from tui.live.source import LiveOptions

place, now = Path(sys.argv[1]), int(sys.argv[2])
settings = Settings(
    roots=(place / "claude",), ledger=":memory:", zone="UTC", is_offline=True, home=place,
    environment={}, clock=lambda: now,
)
tab = [name for name, _ in TABS].index("Clients") + 1


async def show(monitor):
    app = LiveApp(monitor, LiveOptions(zone="UTC"))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press(BY_ID[f"tab-{tab}"].keys)
        found = []
        while not (found and found[0].table.rows):
            await pilot.pause(0.02)
            found = list(app.screen.query(ReportPane))
        table = found[0].table
        return [each.field for each in table.columns], len(table.rows)


with Monitor(settings) as monitor:
    monitor.read()
    report = monitor.report("clients")
    detail = monitor.detail("clients", report.rows[0].key)
    path = write_report(report, report.rows, "json", place, now, home=place)
    columns, rows = asyncio.run(show(monitor))
print(json.dumps({
    "tab": TABS[tab - 1], "keys": key_rows(), "columns": columns, "rows": rows,
    "detail": detail.kind, "exported": json.loads(path.read_text())["clients"],
}))
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, project in (("a", "shop"), ("b", "blog")):
        line = answer(name, NOW - HOUR, 1_000, session=name)
        write(tmp_path / "claude", line, name=f"-home-me-{project}/{name}.jsonl")
    return tmp_path


def _python(code: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _CODE + code, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def _ccmon(place: Path, *words: str) -> str:
    places = ("--config-dir", str(place / "claude"), "--ledger", ":memory:", "-z", "UTC", "-O")
    return _python(_RUN, *words, *places)


def test_its_command_prints_every_form(place: Path) -> None:
    table = _ccmon(place, "clients").splitlines()
    assert table[0] == "Clients · UTC"
    assert table[2].split() == ["Client", "Tokens", "Cost", "Responses"]
    assert {line.split()[0] for line in table[4:6]} == {"-home-me-shop", "-home-me-blog"}
    csv = _ccmon(place, "clients", "--csv").splitlines()
    assert csv[0].split(",")[:3] == ["project", "name", "inputTokens"]
    assert len(csv) == 4
    assert _ccmon(place, "clients", "--markdown").startswith("| Client")
    rows = json.loads(_ccmon(place, "clients", "--json"))["projects"]
    assert sorted(row["name"] for row in rows) == ["-home-me-blog", "-home-me-shop"]


def test_manual_and_completion_know_it() -> None:
    assert "a row for each client" in _python(_RUN, "help")
    page = _python(_RUN, "help", "clients")
    assert "--breakdown" in page
    assert "--instances" not in page
    assert "with their models" in page
    for shell in ("bash", "zsh", "fish"):
        assert "clients" in _python(_RUN, "completion", shell)
    assert '.SS "ccmon clients"' in _python(_RUN, "help", "--man")


def test_the_screen_has_its_tab_and_exports_it(place: Path) -> None:
    told: dict[str, Any] = json.loads(_python(_ON_SCREEN, str(place), str(NOW)))
    assert told["tab"] == ["Clients", "clients"]
    assert ["1 to 0", "Go to a tab", "Tabs"] in told["keys"]
    assert told["columns"] == ["project", "total", "cost"]
    assert (told["rows"], told["detail"]) == (2, "clients")
    assert {row["client"] for row in told["exported"]} == {"-home-me-shop", "-home-me-blog"}
