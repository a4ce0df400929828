"""Reports of the made-up user at a fixed moment, compared with those in `golden/reports/`.

    CCMON_RENEW_GOLDEN=1 pytest tests/tui/test_report_pages.py

writes them anew; then look at what changed before keeping it.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from engine.domain.settings import Settings
from tui.cli import main
from tui.config.settings import settings_of
from tui.dev.screenshots import NOW
from tui.options.definition import Namespace

GOLDEN = Path(__file__).parent / "golden" / "reports"
IS_RENEWED = "CCMON_RENEW_GOLDEN" in os.environ
"""Read on import: the tests' home hides what the user has set."""

PAGES: dict[str, tuple[str, ...]] = {
    "hourly": ("hourly", "--since", "today"),
    "daily": ("daily", "--since", "7d", "--breakdown"),
    "weekly": ("weekly",),
    "monthly": ("monthly",),
    "instances": ("daily", "--instances", "--since", "2d"),
    "session": ("session", "--last", "8"),
    "session-id": ("session", "--id", "6988a25f"),
    "blocks": ("blocks", "--recent", "--token-limit", "max"),
    "active": ("blocks", "--active", "--token-limit", "max"),
    "projects": ("projects",),
    "models": ("models",),
    "compare": ("compare", "2026-10", "2026-11"),
    "summary": ("summary",),
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger that the first report fills for all."""
    return tmp_path_factory.mktemp("ledger") / "ledger.db"


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("name", PAGES)
def test_every_report_is_as_kept(
    name: str,
    width: int,
    made_up: Path,
    ledger: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def settings_then(options: Namespace) -> Settings:
        return replace(settings_of(options), clock=lambda: NOW)

    monkeypatch.setattr("tui.config.settings.settings_of", settings_then)
    monkeypatch.setenv("COLUMNS", str(width))
    places = ("--config-dir", str(made_up), "--ledger", str(ledger), "-z", "Europe/Berlin", "-O")
    assert main([*PAGES[name], *places]) == 0
    seen, told = capsys.readouterr()
    assert told == ""
    assert max(map(cell_len, seen.split("\n"))) <= width
    _check(GOLDEN / f"{name}-{width}.txt", seen)


def _check(kept: Path, seen: str) -> None:
    """Compare a page with the one kept."""
    if IS_RENEWED:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(seen, "utf-8")
    before = kept.read_text("utf-8")
    if seen != before:
        changes = difflib.unified_diff(before.split("\n"), seen.split("\n"), "kept", "seen", n=0)
        pytest.fail("\n".join([f"{kept.name} has changed:", *changes]), pytrace=False)
