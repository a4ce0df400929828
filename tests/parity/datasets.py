"""What both programs read: real transcripts, the demo, small cases, and made-up work."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from engine.demo import DemoUser, write_history
from tests.generated import FILES, transcripts
from tests.parity.explain import Dataset
from tests.parity.made import write_made
from tests.parity.prices import TheirPrices

SHARED = Path(__file__).resolve().parents[3] / "shared"
"""The rules' own cases, prices and real transcripts, which are no part of the project."""
_ARCHIVE = SHARED / "data" / "claude-transcripts.tar.xz"
_CASES = SHARED / "cases" / "claude.json"
_PRICES = SHARED / "data" / "prices" / "claude_prices.json"


class Datasets:
    """Directories of transcripts, written below one place."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._prices = TheirPrices(_PRICES)

    def archive(self) -> Iterator[Dataset]:
        """Yield every set of the archive, unpacked."""
        with tarfile.open(_ARCHIVE, "r:xz") as packed:
            packed.extractall(self.place, filter="data")
        for root in sorted((self.place / "claude").iterdir()):
            if (root / "projects").is_dir():
                yield self._dataset(root.name, root)

    def cases(self) -> Iterator[Dataset]:
        """Yield every small case with a known right answer."""
        for case in json.loads(_CASES.read_text("utf-8"))["cases"]:
            root = self.place / "cases" / case["name"]
            for name, text in case["files"].items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode("latin-1"))
            yield self._dataset(f"case {case['name']}", root)

    def demo(self, now: int) -> Dataset:
        """Return the made-up user's history up to now."""
        root = self.place / "demo"
        write_history(root, DemoUser(seed=7, now_ms=now, days=20, responses=1_500, sessions=30))
        return self._dataset("demo", root)

    def made(self, seeds: range, now: int) -> Iterator[Dataset]:
        """Yield made-up work, every fourth time with a block that is running."""
        for seed in seeds:
            root = self.place / f"made-{seed}"
            write_made(root, seed, now if seed % 4 == 3 else None)
            yield self._dataset(f"made {seed}", root)

    def strange(self, count: int) -> Iterator[Dataset]:
        """Yield transcripts damaged in every known way."""
        for number, files in enumerate(_strange(count)):
            root = self.place / f"strange-{number}"
            (root / "projects").mkdir(parents=True)
            for file, content in files.items():
                path = root / "projects" / FILES[file][1]
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("ab") as appended:
                    appended.write(content)
            yield self._dataset(f"strange {number}", root)

    def _dataset(self, name: str, root: Path) -> Dataset:
        return Dataset(name, root, self._prices)


def _strange(count: int) -> list[dict[int, bytes]]:
    found: list[dict[int, bytes]] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(transcripts())
    def collect(files: dict[int, bytes]) -> None:
        found.append(files)

    collect()
    return found[:count]
