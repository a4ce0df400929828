"""What all rows share: directories, homes, ledgers, peers and how often to measure."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.domain.settings import system_clock
from tests.bench import directories
from tests.bench.directories import Directory
from tests.bench.peers import Peers
from tests.bench.places import ccmon, surroundings
from tests.bench.processes import Command, Times, run_once, side_by_side

DAILY = ("daily", "--json", "--offline")


@dataclass
class Workbench:
    """One run of the benchmark; all that it writes is below `scratch`."""

    data: Path
    scratch: Path
    peers: Peers
    runs: int
    sizes: tuple[int, int, int]
    """Responses of the small, the middle and the large directory."""
    is_quick: bool = False
    _linked: dict[str, Directory] = field(default_factory=dict)
    _known: dict[str, Path] = field(default_factory=dict)

    def made(self, responses: int) -> Directory:
        """Return a directory of made-up transcripts, to which files may be added."""
        return self._link(directories.made(self.data, responses, system_clock()))

    def even(self, responses: int) -> Directory:
        """Return the same of files that are all alike."""
        return self._link(directories.made(self.data, responses, system_clock(), is_even=True))

    def archive(self) -> Directory | None:
        """Return the real transcripts, `None` where there are none."""
        found = directories.archive(self.data)
        return self._link(found) if found else None

    def home(self, *names: object) -> Path:
        """Return a home of that name, empty the first time."""
        place = self.scratch / "homes" / "-".join(map(str, names))
        place.mkdir(parents=True, exist_ok=True)
        return place

    def known(self, directory: Directory) -> Path:
        """Return the data directory of a ledger that knows all of a directory."""
        name = directory.root.name
        if name not in self._known:
            place = self.home("ccmon", name)
            run_once(self.ccmon(directory.root, place, DAILY), self.scratch)
            self._known[name] = place
        return self._known[name]

    def ccmon(
        self,
        root: Path,
        place: Path,
        words: tuple[str, ...],
        given: bytes = b"",
        before: Callable[[], None] = lambda: None,
    ) -> Command:
        """Return a ccmon command on a root, with its ledger in a place."""
        return Command((*ccmon(), *words), self.around(root, place), given, before)

    def around(self, root: Path, place: Path) -> dict[str, str]:
        """Return the surroundings of a ccmon that keeps its ledger in a place."""
        return {**surroundings(place, root), "CCMON_DATA_DIR": str(place)}

    def times(
        self, commands: Mapping[str, Command | None], runs: int | None = None
    ) -> dict[str, Times]:
        """Return the times of the commands that there are, measured in turn."""
        present = {name: command for name, command in commands.items() if command is not None}
        return side_by_side(present, self.scratch, runs or self.runs)

    def _link(self, directory: Directory) -> Directory:
        name = directory.root.name
        if name not in self._linked:
            place = self.scratch / "roots" / name
            self._linked[name] = directories.linked(directory, place)
        return self._linked[name]


def forget(place: Path) -> None:
    """Take away a ledger with all that is beside it."""
    for path in place.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            os.unlink(path)
