"""Feeds strange bytes to all that reads what others wrote; nothing but a refusal may come of it.

    python -m tests.faults.fuzz [--seconds N] [--seed N] [--only NAME…]
    python -m tests.faults.fuzz --only NAME --input BASE64

Inputs are mutated from what is known; where atheris is installed, half of the time goes to
inputs that it guides by what they reach.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from tests.faults import corpus, fuzz_inputs, fuzz_native, fuzz_transcripts
from tests.faults.mutations import damaged, mutated

_LONGEST_SHOWN = 6_000
_OF_THE_USER = ("CLAUDE_CONFIG_DIR", "XDG_", "CCMON")
_OF_LINES = ("lines", "tail", "readers", "limits")
_ERROR = re.compile(r"\w+(?:Error|Exception): |SUMMARY: libFuzzer: (?:timeout|out-of-memory)")


class Target(NamedTuple):
    """What is fed, from what it begins, and what makes another input of that."""

    check: Callable[[bytes], None]
    """Raises for an input that does what none may do."""
    seeds: Callable[[], list[bytes]]
    change: Callable[[Sequence[bytes], random.Random], bytes] = mutated
    is_guided: bool = True
    """Whether coverage helps: not where most of the work is done by SQLite."""


def _transcripts() -> list[bytes]:
    lines = corpus.lines()
    files = [b"\n".join(lines[at : at + 5]) + b"\n" * (at % 2) for at in range(len(lines) - 5)]
    return [*lines, *files]


def _limit_texts() -> list[bytes]:
    return [*corpus.lines(), *(text.encode() for text in corpus.LIMIT_TEXTS)]


def _option_values() -> list[bytes]:
    texts = "7d 2w today 2026-11-22 500k 1.5M $20 20usd/day 22:00-07:30 Europe/Berlin a=b,c=d 50%"
    words = ("--json\n--since\n7d", "-jzUTC", "--budget=20usd/day", "--", "-code-app", "max")
    return [each.encode() for each in (*texts.split(), *words, "0.5", "p90", "mon", "14:30")]


def _damaged_ledger(known: Sequence[bytes], dice: random.Random) -> bytes:
    return damaged(known[0], dice)


TARGETS: dict[str, Target] = {
    "lines": Target(fuzz_transcripts.check_line, corpus.lines),
    "tail": Target(fuzz_transcripts.check_tail, _transcripts),
    "readers": Target(fuzz_native.check_readers, _transcripts),
    "limits": Target(fuzz_transcripts.check_limits, _limit_texts),
    "config": Target(
        fuzz_inputs.check_config,
        lambda: [corpus.CONFIG.encode(), *(f"{each}\n".encode() for each in _config_lines())],
    ),
    "ccusage-config": Target(
        fuzz_inputs.check_ccusage_config, lambda: corpus.encoded(corpus.CCUSAGE_CONFIG)
    ),
    "options": Target(fuzz_inputs.check_options, _option_values),
    "hook": Target(fuzz_inputs.check_hook, lambda: corpus.encoded(*corpus.HOOKS)),
    "prices": Target(fuzz_inputs.check_prices, lambda: corpus.encoded(corpus.LITELLM)),
    "price-file": Target(fuzz_inputs.check_price_file, lambda: corpus.encoded(corpus.PRICE_FILE)),
    "official": Target(fuzz_inputs.check_official, lambda: corpus.encoded(*corpus.OFFICIAL)),
    "ledger": Target(
        fuzz_inputs.check_ledger,
        lambda: [fuzz_inputs.ledger_bytes()],
        _damaged_ledger,
        is_guided=False,
    ),
}


def _config_lines() -> Iterator[str]:
    return (line for line in corpus.CONFIG.splitlines() if line)


def feed(name: str, times: int, seed: int) -> None:
    """Feed a target so many inputs; raises what the first bad one raises, with a note of it."""
    target, dice = TARGETS[name], random.Random(f"{name} {seed}")
    known = target.seeds()
    for data in known:
        _try(name, data)
    for _ in range(times):
        _try(name, target.change(known, dice))


def _try(name: str, data: bytes) -> None:
    try:
        TARGETS[name].check(data)
    except BaseException as error:
        error.add_note(how_to_repeat(name, data))
        raise


def how_to_repeat(name: str, data: bytes) -> str:
    """Return the command that feeds one input again; a long one is kept in a file."""
    text = b64encode(data).decode()
    if len(text) > _LONGEST_SHOWN:
        kept = Path(tempfile.gettempdir(), f"ccmon-fuzz-{name}-{crc32(data):x}")
        kept.write_bytes(data)
        text = f"@{kept}"
    return f"python -m tests.faults.fuzz --only {name} --input {text}"


def run(seconds: float, seed: int, only: Sequence[str] = ()) -> list[str]:
    """Feed every target its share of the time; return what failed, one sentence a target."""
    names = [name for name in TARGETS if not only or name in only]
    has_guide = find_spec("atheris") is not None
    failures: list[str] = []
    with own_home():
        for name in names:
            share = seconds / len(names)
            if has_guide and TARGETS[name].is_guided:
                share /= 2
                failures += _guided(name, share, seed)
            failures += _mutate(name, share, seed)
    return failures


def _seeds(name: str) -> list[bytes]:
    """Return what a target's inputs are made from, real transcripts among it."""
    return [*TARGETS[name].seeds(), *(corpus.real_lines() if name in _OF_LINES else ())]


def _mutate(name: str, seconds: float, seed: int) -> list[str]:
    """Feed a target for a while, and all that its inputs are made from in any case."""
    target, dice = TARGETS[name], random.Random(f"{name} {seed}")
    known = _seeds(name)
    inputs = chain(known, (target.change(known, dice) for _ in repeat(None)))
    end = time.monotonic() + seconds
    for number, data in enumerate(inputs):
        if number >= len(known) and time.monotonic() > end:
            break
        try:
            target.check(data)
        except Exception as error:  # noqa: BLE001 - what escapes is what is looked for
            return [f"{name}: {type(error).__name__}: {error}; {how_to_repeat(name, data)}"]
    return []


def _guided(name: str, seconds: float, seed: int) -> list[str]:
    """Let atheris feed a target, in a process of its own since it never returns."""
    with tempfile.TemporaryDirectory(prefix="ccmon-fuzz-") as place:
        known = Path(place, "known")
        known.mkdir()
        for number, data in enumerate(_seeds(name)):
            (known / str(number)).write_bytes(data)
        command = [sys.executable, "-m", "tests.faults.fuzz_guided", name, str(known)]
        limits = [f"-max_total_time={max(1, round(seconds))}", f"-seed={seed % 2**31 + 1}"]
        done = subprocess.run(
            [*command, *limits, f"-artifact_prefix={place}/", "-max_len=8192"],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        found = [path.read_bytes() for path in Path(place).iterdir() if path.is_file()]
    if done.returncode == 0:
        return []
    why = next((each for each in done.stderr.splitlines() if _ERROR.match(each)), "it ended early")
    again = [how_to_repeat(name, data) for data in found]
    return [f"{name}: {why}; {'; '.join(again) or done.stderr[-300:]}"]


@contextmanager
def own_home() -> Iterator[None]:
    """Have a home of one's own for a while, so that no setting of the user's counts."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="ccmon-fuzz-home-") as home:
        for name in list(os.environ):
            if name.startswith(_OF_THE_USER):
                del os.environ[name]
        os.environ["HOME"] = home
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=TARGETS, default=())
    parser.add_argument("--input", help="one input: base64, or @FILE")
    given = parser.parse_args()
    if given.input is not None:
        text = given.input
        data = Path(text[1:]).read_bytes() if text.startswith("@") else b64decode(text)
        with own_home():
            for name in given.only:
                TARGETS[name].check(data)
        return 0
    failures = run(given.seconds, given.seed, given.only)
    print("\n".join(failures) or f"{len(given.only or TARGETS)} targets, no failure")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
