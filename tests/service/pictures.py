"""Takes pictures of the page over a made-up user's history, in all widths and both themes.

.venv/bin/python -m tests.service.pictures DIRECTORY
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from engine.domain.settings import Settings
from engine.service.endpoints import API
from tests.service.served import made_settings, serving

WIDTHS = (360, 768, 1440)
THEMES = ("dark", "light")
VIEWS = ("live", "calendar", "daily?since=14d", "session", "blocks?recent=true", "models")


def main() -> None:
    """Take them all."""
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, serving(_demo(Path(home))) as server:
        code = server.post(f"{API}/codes", {}).document["code"]
        with sync_playwright() as started:
            browser = started.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = browser.new_page()
            page.goto(f"http://{server.host}/login?code={code}")
            for theme in THEMES:
                page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 900})
                    for view in VIEWS:
                        name = f"{view.partition('?')[0]}-{width}-{theme}.png"
                        _take(page, server.host, view, target / name)
            browser.close()


def _take(page: Any, host: str, view: str, path: Path) -> None:
    page.goto(f"http://{host}/#/{view}")
    page.reload()
    page.wait_for_selector("main .card, main table")
    page.wait_for_timeout(400)
    page.screenshot(path=path, full_page=True)


def _demo(home: Path) -> Settings:
    directory = home / "demo"
    command = [sys.executable, "-m", "tui", "demo", str(directory), "--once", "--responses", "4000"]
    subprocess.run(command, check=True, capture_output=True)
    from engine.domain.settings import system_clock

    return made_settings(home, roots=(directory,), clock=system_clock)


if __name__ == "__main__":
    main()
