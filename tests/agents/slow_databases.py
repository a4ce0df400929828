"""Follows a database that another process writes: `python -m tests.agents.slow_databases`.

Neither side may see an error, and what was read must be what was written, to the token.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from contextlib import closing
from pathlib import Path

from engine.agents.agent import Place, Told
from engine.agents.opencode import AGENT
from engine.agents.opened import open_read_only
from engine.responses import Sighting, merge
from tests.agents.writers import writing


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
                followed.read()
            time.sleep(0.01)
        assert process.stdout is not None
        written = json.loads(process.stdout.read())
    followed.read()
    return followed, written


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


if __name__ == "__main__":
    main()
