"""Three machines as three homes, a fake program that syncs a folder, and one slow reading."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from pathlib import Path

from engine.domain.questions import Question
from engine.domain.reports import Figures
from engine.domain.settings import Settings
from engine.machines.own import Share
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.generated import FILES
from tests.slow_prices import Prices
from tests.slow_reading import SlowLine, put_together, read_bytes, transcripts

MINUTES = 60_000


class Home:
    """One machine: a home with two config directories, a ledger, and its side of the folder."""

    def __init__(self, place: Path, name: str) -> None:
        self.place = place
        self.name = name
        self.folder = place / "folder"
        self.roots = (place / ".config" / "claude", place / ".claude")
        self.now = NOW
        for root in self.roots:
            (root / "projects").mkdir(parents=True)
        self.folder.mkdir()

    def settings(self, *, is_offline: bool = True) -> Settings:
        """Return the settings of its ccmon, which touch nothing outside."""
        return Settings(
            ledger=str(self.place / "data" / "ledger.db"),
            zone="UTC",
            is_offline=is_offline,
            is_polling=True,
            clock=lambda: self.now,
            environment={"HOME": str(self.place)},
            home=self.place,
            agents=("claude",),
        )

    def begin(self, *, is_redacted: bool = False, person: str = "") -> None:
        """Share the folder from now on."""
        (self.place / "data").mkdir(exist_ok=True)
        with Monitor(self.settings()) as monitor:
            monitor.machines.sharing.begin(Share(str(self.folder), is_redacted))
            monitor.machines.sharing.call(self.name, person)
            monitor.machines.share()

    def append(self, number: int, content: bytes) -> None:
        """Append to one of the transcripts of `tests.generated`."""
        root, name = FILES[number]
        path = self.roots[root] / "projects" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(content)

    def read(self) -> None:
        """Read what is new, of transcripts and of the folder, and write what is due."""
        self.now += 2 * MINUTES
        with Monitor(self.settings()) as monitor:
            monitor.catch_up()

    def lose_ledger(self) -> None:
        """Begin with another ledger; which machine it is stays known."""
        for path in (self.place / "data").glob("ledger.db*"):
            path.unlink()

    def answers(self) -> dict[str, Figures]:
        """Return the figures of all, and of each machine."""
        with Monitor(self.settings()) as monitor:
            monitor.catch_up()
            answer = monitor.answers.answer(Question(kind="models"))
            whole = answer.totals.figures
            parts: dict[str, Figures] = {"": whole}
            monthly = monitor.answers.answer(Question(kind="monthly"))
            for row in monthly.rows:
                for part in row.row.by_machine:
                    known = parts.get(part.name)
                    parts[part.name] = part.figures if known is None else _sum(known, part.figures)
        return parts


def _sum(one: Figures, other: Figures) -> Figures:
    from engine.domain.totals import sum_of

    return sum_of((one, other))


def figures_of(parts: Mapping[str, Figures]) -> dict[str, tuple[int, int, int]]:
    """Return responses, tokens and cost by machine, without machines that have none."""
    return {
        name: (each.responses, each.tokens.total, each.cost)
        for name, each in parts.items()
        if each.responses or not name
    }


def right_figures(homes: list[Home], ids: Mapping[str, str]) -> dict[str, tuple[int, int, int]]:
    """Return the same, of one slow reading of everything; `ids` are the machines' by name."""
    prices = Prices()
    lines: list[SlowLine] = []
    whose: dict[tuple[object, ...], tuple[object, ...]] = {}
    for home in homes:
        for root, path in transcripts(home.roots):
            own = read_bytes(path.read_bytes(), path.relative_to(root / "projects").parts)
            lines += own
            for line in own:
                origin = (line.time, line.is_forked, line.session, line.project, ids[home.name])
                whose[line.key] = min(whose.get(line.key, origin), origin)
    names = {id_: name for name, id_ in ids.items()}
    totals: dict[str, tuple[int, int, int]] = {"": (0, 0, 0)}
    for key, of in whose.items():
        for response in put_together([line for line in lines if line.key == key], prices):
            for name in ("", names[str(of[-1])]):
                before = totals.get(name, (0, 0, 0))
                totals[name] = (
                    before[0] + 1,
                    before[1] + response.tokens.total,
                    before[2] + (response.cost or 0),
                )
    return totals


class Syncer:
    """Brings files from one side of the folder to the others: late, in pieces, in any order."""

    def __init__(self, homes: list[Home], chance: random.Random) -> None:
        self._homes = homes
        self._chance = chance

    def step(self) -> None:
        """Do some of what such programs do."""
        for _ in range(self._chance.randrange(1, 5)):
            source, target = self._chance.sample(self._homes, 2)
            files = [path for path in source.folder.iterdir() if path.suffix == ".ccmon"]
            if files:
                self._bring(self._chance.choice(files), target.folder)
        self._delete()

    def finish(self) -> None:
        """Bring every side to what each machine has of its own files."""
        for source in self._homes:
            own = set(_own_files(source))
            for target in self._homes:
                if target is source:
                    continue
                for name in own:
                    shutil.copyfile(source.folder / name, target.folder / name)
                for path in target.folder.glob(f"{_id(source)}.*.ccmon"):
                    if path.name not in own and " " not in path.name:
                        path.unlink()

    def _bring(self, path: Path, folder: Path) -> None:
        data = path.read_bytes()
        target = folder / path.name
        match self._chance.randrange(6):
            case 0:
                target.write_bytes(data[: self._chance.randrange(len(data))])
            case 1:
                target.write_bytes(bytes(len(data)))
            case 2:
                named = f"{path.stem} (conflicted copy 2026-11-22).ccmon"
                (folder / named).write_bytes(data)
            case _:
                target.write_bytes(data)

    def _delete(self) -> None:
        """Take away on one side what its writer has taken away on its own."""
        home = self._chance.choice(self._homes)
        for source in self._homes:
            if source is not home:
                for path in home.folder.glob(f"{_id(source)}.*.ccmon"):
                    if path.name not in _own_files(source) and self._chance.random() < 0.3:
                        path.unlink()


def _id(home: Home) -> str:
    import json

    said = json.loads((home.place / "data" / "machine.json").read_text())
    return str(said["id"])


def _own_files(home: Home) -> list[str]:
    return [path.name for path in home.folder.glob(f"{_id(home)}.*.ccmon") if " " not in path.name]


def ids_of(homes: list[Home]) -> dict[str, str]:
    """Return the machines' ids by their names."""
    return {home.name: _id(home) for home in homes}
