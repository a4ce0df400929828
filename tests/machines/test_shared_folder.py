"""However a folder is synced, every machine comes to what one reading of everything says."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.generated import transcripts
from tests.machines.shared_homes import Home, Syncer, figures_of, ids_of, right_figures
from tests.quick_place import quick_place

NAMES = ("desk", "laptop", "server")


@examples(
    max_examples=20,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.tuples(*(transcripts() for _ in NAMES)), st.integers(0, 1 << 30))
def test_every_machine_comes_to_what_one_reading_of_everything_says(
    contents: tuple[dict[int, bytes], ...], seed: int
) -> None:
    with tempfile.TemporaryDirectory(dir=quick_place()) as place:
        check_three_machines(Path(place), contents, random.Random(seed))


def check_three_machines(
    place: Path, contents: tuple[dict[int, bytes], ...], chance: random.Random
) -> None:
    """Let three machines write, copy, sync and read by chance; in the end all must agree."""
    homes = [Home(place / name, name) for name in NAMES]
    syncer = Syncer(homes, chance)
    for home in homes:
        home.begin()
    pending = [
        (home, number, content)
        for home, files in zip(homes, contents, strict=True)
        for number, content in files.items()
    ]
    chance.shuffle(pending)
    for home, number, content in pending:
        cut = chance.randrange(len(content) + 1)
        home.append(number, content[:cut])
        if chance.random() < 0.4:
            syncer.step()
            chance.choice(homes).read()
        home.append(number, content[cut:])
        if chance.random() < 0.2:
            chance.choice(homes).append(number, content)
    for home in homes:
        home.read()
    syncer.finish()
    ids = ids_of(homes)
    right = right_figures(homes, ids)
    for home in homes:
        assert figures_of(home.answers()) == right, home.name
