"""Follows a database that another process writes: `python -m tests.agents.slow_databases`.

Once by the agent's reader alone, once by a whole monitor. Neither side may see an error, and
what was read must be what was written, to the token.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from engine.agents.base import Place, Told
from engine.agents.opencode import AGENT
from engine.agents.opened import open_read_only
from engine.domain.reports import Figures
from engine.domain.responses import Sighting, merge
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agents.writers import writing
from tests.patience import PATIENCE
from tests.report_keys import TAB_KEYS


class Followed:
    """A database that is read again and again, each time from where it was left."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = b""
        self.responses: dict[str, Sighting] = {}
        self.readings = 0
        self.sightings = 0

    def read(self) -> None:
        told = Told(AGENT.name)
        place = Place(str(self.path.parent), self.path.name, int(time.time() * 1000))
        with closing(open_read_only(str(self.path))) as connection:
            self.state = AGENT.database(connection, place, self.state, told)
        assert not told.problems
        for key, sighting in told.sightings:
            known = self.responses.get(key)
            self.responses[key] = merge(known, sighting) if known else sighting
        self.readings += 1
        self.sightings += len(told.sightings)

    @property
    def tokens(self) -> int:
        return sum(response.tokens.total for response in self.responses.values())


def follow(path: Path, seconds: float) -> tuple[Followed, dict[str, int]]:
    """Return what was read, and what the writer says it wrote."""
    followed = Followed(path)
    with writing(path, seconds) as process:
        while process.poll() is None:
            if path.exists() and path.stat().st_size and _has_tables(path):
                _read_patiently(followed)
            time.sleep(0.01)
        assert process.stdout is not None
        written = json.loads(process.stdout.read())
    _read_patiently(followed)
    return followed, written


def _read_patiently(followed: Followed) -> None:
    """Read; again where the writer was just then making its log anew, as a monitor does."""
    for _ in range(40):
        try:
            followed.read()
        except sqlite3.OperationalError as error:
            if "readonly" not in str(error):
                raise
            time.sleep(0.05)
        else:
            return
    followed.read()


def follow_by_monitor(home: Path, seconds: float) -> tuple[int, int, dict[str, int]]:
    """Return responses and tokens that a following monitor ends with, and what was written.

    Raises `AssertionError` where it ever told of something that could not be read, but that
    the tables were just being made, or does not come to what was written.
    """
    given = Settings(
        home=home, environment={"HOME": str(home)}, ledger=":memory:", zone="UTC", is_offline=True
    )
    path = home / ".local" / "share" / "opencode" / "opencode.db"
    path.parent.mkdir(parents=True)
    with Monitor(given) as monitor:
        monitor.start(lambda: None)
        with writing(path, seconds) as process:
            while process.poll() is None:
                time.sleep(0.05)
                unreadable = [each.unreadable for each in monitor.agents() if each.unreadable]
                assert not unreadable or not monitor.snapshot().responses, unreadable
            assert process.stdout is not None
            written = json.loads(process.stdout.read())
        figures = _settled(monitor, written["tokens"])
        for kind in TAB_KEYS:
            assert monitor.report(kind).totals.figures.tokens == figures.tokens, kind
        return figures.responses, figures.tokens.total, written


def _settled(monitor: Monitor, tokens: int) -> Figures:
    """Return all figures once they are those expected, or have had their time."""
    end = time.monotonic() + PATIENCE
    while True:
        figures = monitor.report("daily").totals.figures
        if figures.tokens.total == tokens or time.monotonic() > end:
            return figures
        time.sleep(0.05)


def _has_tables(path: Path) -> bool:
    with closing(open_read_only(str(path))) as connection:
        select = "SELECT count(*) FROM sqlite_master WHERE name IN ('session', 'part')"
        return bool(connection.execute(select).fetchone() == (2,))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as place:
        cpu = time.process_time()
        followed, written = follow(Path(place, "opencode.db"), seconds)
        cpu = time.process_time() - cpu
    print(f"written {written}")
    print(
        f"read {len(followed.responses)} responses, {followed.tokens} tokens in "
        f"{followed.readings} readings of {followed.sightings} sightings, {cpu:.2f} s of CPU"
    )
    assert written["errors"] == 0
    assert followed.tokens == written["tokens"]
    with tempfile.TemporaryDirectory() as place:
        cpu = time.process_time()
        responses, tokens, written = follow_by_monitor(Path(place), seconds)
        cpu = time.process_time() - cpu
    print(f"written {written}")
    print(f"a monitor has {responses} responses, {tokens} tokens, {cpu:.2f} s of CPU")
    assert written["errors"] == 0
    assert (responses, tokens) == (written["responses"], written["tokens"])


if __name__ == "__main__":
    main()
