"""Status lines, live screens and reports all at once on one ledger, while transcripts grow.

    python -m tests.faults.company [--seconds N] [--seed N] [--lines-per-second N]

Two live screens in terminals of their own, ten status lines a second, one report after the
other. None may fail or speak of a lock, none may count less than the one before, and at the
end screens and reports must show a fresh reading's figures. Exits 1 at any failure.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread

from engine.demo import DemoUser, write_history
from engine.domain.settings import system_clock
from tests.faults.started import PROJECT
from tests.faults.written import append, response, transcript
from tests.patience import PATIENCE
from tests.slow_reading import SlowResponse, read
from tests.surroundings import at_home, needed
from tests.terminal import Terminal
from tui.words.format import dollars, tokens_exact

_TROUBLE = re.compile(
    r"\blocked|cannot be used|could not|Traceback|stopped|set-aside|kept as", re.I
)
_REPORTS = ("daily", "blocks", "session", "models")
_MOST_AT_ONCE = 20
"""Status lines under way, where the machine is slower than they are asked for."""


class Company:
    """One root, one ledger, and everybody who reads it at once."""

    def __init__(self, place: Path, seed: int) -> None:
        self.failures: list[str] = []
        self.lines = self.reports = 0
        """How many status lines and reports there were."""
        self._root = place / "claude"
        self._dice = random.Random(seed)
        self._stop = Event()
        self._transcripts = [
            transcript(self._root, f"-made-up-{number}/s{number}.jsonl") for number in range(4)
        ]
        write_history(
            self._root, DemoUser(seed, system_clock(), responses=2_000, days=9, sessions=30)
        )
        self._environment = {
            **needed(),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            **at_home(place),
            "TZ": "UTC",
            "CCMON_DATA_DIR": str(place / "data"),
            "CLAUDE_CONFIG_DIR": str(self._root),
        }

    def gather(self, seconds: float, lines_per_second: float) -> list[str]:
        """Let everybody read for so long; return what went wrong."""
        with ExitStack() as stack:
            screens = [self._screen(stack, tab) for tab in "12"]
            others = (self._write, self._ask, lambda: self._show(lines_per_second))
            threads = [Thread(target=each) for each in others]
            threads += [Thread(target=self._watch, args=(screen,)) for screen in screens]
            for thread in threads:
                thread.start()
            time.sleep(seconds)
            self._stop.set()
            for thread in threads:
                thread.join()
            right = read(self._root)
            self._compare("daily", self._report("daily"), right)
            for screen in screens:
                self._see(screen, right)
        return self.failures

    def _screen(self, stack: ExitStack, tab: str) -> Terminal:
        screen = Terminal(self._command("live"), self._environment, 120, 40, PROJECT)
        stack.callback(screen.close)
        if screen.wait_for(r"● live", PATIENCE) is None:
            self.failures.append(f"no live screen came: {screen.text}")
        screen.press(tab)
        return screen

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tui", *words, "--offline"]

    def _write(self) -> None:
        """Append responses, each streamed in several lines, to several transcripts."""
        number = 0
        while not self._stop.wait(self._dice.random() * 0.08):
            number += 1
            line = response(number, at=system_clock(), session=f"s{number % 4}")
            for tokens in (b"1", b"2", b"3"):
                grown = line.replace(b'"output_tokens":', b'"output_tokens":' + tokens)
                append(self._transcripts[number % 4], grown)

    def _watch(self, screen: Terminal) -> None:
        while not self._stop.is_set():
            screen.drain(0.1)

    def _show(self, lines_per_second: float) -> None:
        """Start status lines at their times, and look at what those that ended have said."""
        under_way: list[subprocess.Popen[bytes]] = []
        due = time.monotonic()
        while not self._stop.wait(max(0.0, min(0.02, due - time.monotonic()))):
            for process in [each for each in under_way if each.poll() is not None]:
                under_way.remove(process)
                self._judge_line(process)
            if time.monotonic() >= due and len(under_way) < _MOST_AT_ONCE:
                under_way.append(self._status_line())
                due = max(due + 1 / lines_per_second, time.monotonic() - 1.0)
        for process in under_way:
            self._judge_line(process)

    def _status_line(self) -> subprocess.Popen[bytes]:
        number = self._dice.randrange(4)
        now = system_clock()
        given = {
            "session_id": f"s{number}",
            "transcript_path": str(self._transcripts[number]),
            "model": {"display_name": "Opus 5.5"},
            "rate_limits": {
                "five_hour": {"used_percentage": 42, "resets_at": now // 1_000 + 4_000}
            },
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "tui", "statusline", "--format", "plain"],
            cwd=PROJECT,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(given).encode())
        process.stdin.close()
        process.stdin = None
        return process

    def _judge_line(self, process: subprocess.Popen[bytes]) -> None:
        said, errors = (text.decode() for text in process.communicate(timeout=60))
        self.lines += 1
        is_line = said.startswith("Opus 5.5") and said.count("\n") == 1
        if process.returncode or errors or not is_line or _TROUBLE.search(said):
            self.failures.append(f"status line {self.lines}: {process.returncode} {said}{errors}")

    def _ask(self) -> None:
        """Ask for one report after the other; none may know less than the one before."""
        before = 0
        while not self._stop.wait(0.2):
            kind = self._dice.choice(_REPORTS)
            totals = self._report(kind)
            tokens = totals.get("totalTokens", 0)
            if tokens < before:
                self.failures.append(f"{kind}: {tokens} tokens after {before}")
            before = max(before, tokens)

    def _report(self, kind: str) -> dict[str, float]:
        done = subprocess.run(
            [*self._command(kind), "--json"],
            cwd=PROJECT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.reports += 1
        if done.returncode or done.stderr:
            self.failures.append(f"{kind}: {done.returncode} {done.stderr}")
            return {}
        document = json.loads(done.stdout)
        totals: dict[str, float] = document.get("totals") or {
            "totalTokens": sum(block["totalTokens"] for block in document["blocks"])
        }
        return totals

    def _compare(self, kind: str, found: dict[str, float], right: list[SlowResponse]) -> None:
        """Hold a report's totals against a fresh reading."""
        tokens = sum(each.tokens.total for each in right)
        cost = sum(each.cost or 0 for each in right) / 1e12
        is_right = (found.get("responses"), found.get("totalTokens")) == (len(right), tokens)
        if not is_right or abs(found.get("totalCost", 0.0) - cost) > 1e-9:
            self.failures.append(f"{kind}: {found}, not {len(right)} with {tokens} for {cost}")

    def _see(self, screen: Terminal, right: list[SlowResponse]) -> None:
        """See that a screen shows all there is, ends well, and never spoke of trouble."""
        screen.press("2")
        known = sum(each.cost or 0 for each in right)
        cost = dollars(known, any(each.cost is None for each in right))
        shown = rf"All \d+ days .*{re.escape(cost)} +{re.escape(tokens_exact(len(right)))}\b"
        if screen.wait_for(shown, PATIENCE) is None:
            self.failures.append(f"a live screen lacks {shown!r}: {screen.text}")
        screen.press("q")
        if screen.wait_for_end(10) != 0:
            self.failures.append("a live screen did not end well")
        trouble = _TROUBLE.search(screen.raw.decode(errors="replace"))
        if trouble is not None:
            around = screen.raw.decode(errors="replace")[trouble.start() - 100 :][:300]
            self.failures.append(f"a live screen said {around!r}")


def run(seconds: float, seed: int) -> list[str]:
    """Let everybody read for so long; return what went wrong, nothing where all went well."""
    with tempfile.TemporaryDirectory(prefix="ccmon-company-") as place:
        return Company(Path(place), seed).gather(seconds, 10.0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.company")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lines-per-second", type=float, default=10.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ccmon-company-") as place:
        company = Company(Path(place), given.seed)
        failures = company.gather(given.seconds, given.lines_per_second)
    print(f"{company.lines} status lines, {company.reports} reports, 2 live screens")
    print("\n".join(failures) or "none failed, and all figures are right")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
