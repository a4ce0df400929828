"""Invented words: prompts, answers and tool results, ready to stand in a JSON string."""

from __future__ import annotations

from functools import cache
from random import Random

TASKS = (
    ("Berth search by draught", "Add a search for berths by draught and length, with tests."),
    ("Slow export of manifests", "The manifest export takes 40 seconds. Find out why and fix it."),
    ("Offline tide tables", "Make the tide tables work offline, with a clear sign of their age."),
    ("潮汐グラフの単位切替", "潮汐グラフにメートルとフィートの切替を付けてください。"),
    ("Retry queue for invoices", "Invoices that fail twice disappear. Give them a retry queue."),
    ("Timetable v2 import", "Import the new timetable format; old files must still be readable."),
    ("Lantern themes from one palette", "Derive every theme from one palette file."),
    ("Flaky ferry capacity test", "test_ferry_capacity fails one time in twenty. Why?"),
    ("Weekly notes into one index", "Collect my weekly notes into an index by topic."),
    ("Review of the login change", "Review the last three commits on this branch, strictly."),
    (
        "Currency rounding in billing",
        "Totals differ by a cent from the sum of lines. Track it down.",
    ),
    (
        "Move settings to one module",
        "Settings are read in nine places. Bring them into one module.",
    ),
)
"""Titles and what was asked, invented."""

FOLLOW_UPS = (
    "Good. Now cover the empty case too.",
    "Run the tests again and show me only what failed.",
    "Why two passes? One should do.",
    "Please undo the rename, keep the fix.",
    "続けてください。",
    "Write the commit message, short.",
    "That still fails on an empty harbour. Look again.",
    "Explain the trade-off in two sentences, then go on.",
)

ERRANDS = (
    ("Explore", "Find where capacity is computed"),
    ("Explore", "List every reader of the settings"),
    ("general-purpose", "Write fixtures for the importer"),
    ("code-reviewer", "Review the retry queue for races"),
    ("test-runner", "Run the slow tests and report"),
)
"""Kinds of sub-agents and what they are sent for."""

_SENTENCES = (
    "The export opened one connection per row, so I moved the query out of the loop.",
    "Two callers depend on the old order, and both have a test now.",
    "I will read the importer first, then change the parser.",
    "The lantern palette had eleven greys; four of them are used.",
    "The failing case is a ferry without a deck, which divides by zero.",
    "That leaves the timetable header, which carries no version.",
    "All 214 tests pass, and the export of March takes 1.9 seconds.",
    "The tide station list is sorted by name, not by distance.",
    "I kept the public names, so nothing outside this package changes.",
    "There is a race between the retry and the nightly close.",
)

_WORDS = """
    berth draught ferry lantern tide queue invoice retry manifest deck palette station harbour
    return import None self value lines parse total index await config result assert test def
    class for in if not with open read write path name key row error 42 0 1 17 200 404
"""

_LINE = 80
_POOL_LINES = 4_000
_SIGNATURE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@cache
def _pool() -> str:
    """Return invented output in lines that are each 80 characters long once escaped."""
    chance = Random("invented tool output")
    lines, words = [], _WORDS.split()
    for number in range(_POOL_LINES):
        said = " ".join(chance.choices(words, k=12))
        lines.append(f"{number % 997:5d}  {said}"[: _LINE - 2].ljust(_LINE - 2) + "\\n")
    return "".join(lines)


@cache
def _signatures() -> str:
    return "".join(Random("invented signatures").choices(_SIGNATURE, k=4_096))


def output(chance: Random, characters: float) -> str:
    """Return about that much invented tool output, escaped for JSON, at least one line."""
    lines = min(_POOL_LINES, max(1, int(characters / _LINE)))
    start = chance.randrange(_POOL_LINES - lines + 1) * _LINE
    return _pool()[start : start + lines * _LINE]


def answer(chance: Random, characters: float) -> str:
    """Return about that many characters of invented sentences, at least one sentence."""
    count = max(1, int(characters / 70))
    return " ".join(chance.choices(_SENTENCES, k=count))


def signature(chance: Random) -> str:
    """Return something like the signature of a thinking block."""
    start = chance.randrange(3_700)
    return _signatures()[start : start + 344] + "=="
