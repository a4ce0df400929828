"""How quick the page is, and whether a day of push leaves anything behind.

.venv/bin/python -m tests.service.page_soak [--responses 60] [--hours 24]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from engine.domain.settings import system_clock
from tests.made_lines import answer, write
from tests.service.browsed import PUSH_ON, PUSHED, Seen, browsing
from tests.service.conftest import write_user
from tests.service.quantiles import quantile
from tests.service.served import made_settings, serving

_STEP = 2.0
"""Seconds between two pushes of the service while time alone changes something."""
_NOTE = """
() => {
  window.shown = {};
  const look = () => {
    const found = document.body.innerText.match(/Today[^]*?(\\d[\\d,]*) responses/);
    if (found) window.shown[found[1].replace(/,/g, "")] ??= Date.now();
  };
  new MutationObserver(look).observe(document.body,
    { subtree: true, childList: true, characterData: true });
  look();
}
"""


def main() -> None:
    """Measure both and say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=int, default=60)
    parser.add_argument("--hours", type=float, default=24)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, browsing() as browser:
        root = write_user(Path(home))
        with serving(made_settings(Path(home), clock=system_clock)) as server:
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.add_init_script(f"({PUSHED})(window)")
            seen = Seen(context.new_page(), server)
            seen.wait("Burn rate")
            _say_how_quick(seen, root, asked.responses)
            _say_what_stays(seen, int(asked.hours * 3600 / _STEP))


def _say_how_quick(seen: Seen, root: Path, responses: int) -> None:
    """Append responses one by one, and say how long each takes until the page has it."""
    seen.page.evaluate(_NOTE)
    written: dict[int, float] = {}
    for number in range(1, responses + 1):
        now = system_clock()
        write(root, answer(f"q{number}", now, 10, session="quick"), name="-code-app/quick.jsonl")
        written[number] = time.time()
        time.sleep(0.25)
    seen.page.wait_for_timeout(1000)
    shown = {int(key): at / 1000 for key, at in seen.page.evaluate("window.shown").items()}
    delays = sorted(
        next(at for key, at in sorted(shown.items()) if key >= number) - begun
        for number, begun in written.items()
    )
    print(
        f"{responses} responses: on the page after {quantile(delays, 0.5) * 1e3:.0f} ms (median),"
        f" {quantile(delays, 0.95) * 1e3:.0f} ms (p95), {delays[-1] * 1e3:.0f} ms (most)"
    )


def _say_what_stays(seen: Seen, pushes: int) -> None:
    """Push a time's worth of changes, and say what the page holds after each part of them."""
    seen.page.set_default_timeout(0)
    part = max(pushes // 6, 1)
    for begun in range(0, pushes, part):
        seen.page.evaluate(PUSH_ON, [begun + 1, part])
        held = seen.held()
        print(
            f"{begun + part:>6} pushes: {held['JSHeapUsedSize'] / 1e6:.2f} MB,"
            f" {held['Nodes']:.0f} nodes, {held['JSEventListeners']:.0f} listeners",
            flush=True,
        )
    assert seen.faults == []


if __name__ == "__main__":
    main()
