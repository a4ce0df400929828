"""The page in a real browser, as tests and measures open it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.service.endpoints import API
from tests.patience import wait_until
from tests.service.served import Served

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
AXE = os.environ.get("CCMON_AXE", "")
"""Where axe-core is, which looks for what keeps people out."""
_GRAVE = ("serious", "critical")


@contextmanager
def browsing() -> Iterator[Any]:
    """Run a browser until the block ends."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Seen:
    """A page that is open, and what it asked and complained of."""

    def __init__(self, page: Any, server: Served) -> None:
        self.page = page
        self.origin = f"http://{server.host}"
        self.faults: list[str] = []
        self.asked: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        code = server.post(f"{API}/codes", {}).document["code"]
        page.goto(f"{self.origin}/login?code={code}")
        self._session = page.context.new_cdp_session(page)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def text(self) -> str:
        """Return what the page says."""
        return str(self.page.inner_text("main"))

    def wait(self, text: str) -> None:
        """Wait until the page says a text."""
        wait_until(lambda: text in self.page.inner_text("body"), text)

    def held(self) -> dict[str, float]:
        """Return what the page holds once its garbage is collected: nodes, listeners, bytes."""
        self._session.send("Performance.enable")
        for _ in range(3):
            self._session.send("HeapProfiler.collectGarbage")
        told = self._session.send("Performance.getMetrics")["metrics"]
        found = {each["name"]: each["value"] for each in told}
        return {name: found[name] for name in ("Nodes", "JSEventListeners", "JSHeapUsedSize")}

    def barriers(self) -> list[str]:
        """Return what axe-core finds that is grave."""
        self.page.evaluate(Path(AXE).read_text("utf-8"))
        told = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {each['help']} ({each['nodes'][0]['html']})"
            for each in told["violations"]
            if each["impact"] in _GRAVE
        ]


PUSHED = """
(window) => {
  window.sources = [];
  class Pushed extends EventTarget {
    constructor(url) { super(); this.real = new Real(url); window.sources.push(this);
      for (const name of ["snapshot", "change", "open"])
        this.real.addEventListener(name, (event) => this.push(name, event.data)); }
    push(name, data) {
      if (name === "snapshot") window.whole = JSON.parse(data);
      this.dispatchEvent(new MessageEvent(name, { data }));
    }
    close() { this.real.close(); }
  }
  const Real = window.EventSource;
  window.EventSource = Pushed;
}
"""
"""Puts itself between the page and its stream, so that a test can push too."""
PUSH_ON = """
async ([from, count]) => {
  for (let number = from; number < from + count; number++) {
    const live = window.whole;
    const at = new Date(Date.parse(live.generatedAt) + number * 2000).toISOString();
    const sessions = live.sessions.map((each, place) =>
      ({ ...each, totalTokens: each.totalTokens + number * (place + 1), lastActivity: at }));
    const today = { ...live.today, totalTokens: live.today.totalTokens + number };
    const windows = live.windows.map((each) =>
      ({ ...each, usedPercent: (number / 100) % 100, minutesToReset: 300 - (number % 300) }));
    const data = JSON.stringify({ generatedAt: at, sessions, today, windows });
    window.sources.at(-1).push("change", data);
    if (number % 50 === 0) await new Promise(requestAnimationFrame);
  }
}
"""
"""Pushes changes as the service does every two seconds."""
