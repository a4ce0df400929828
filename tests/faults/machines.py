"""Three machines that share a folder, for minutes: see `tests.machines`."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.generated import transcripts
from tests.machines.test_shared_folder import NAMES, check_three_machines
from tests.quick_place import quick_place


def run(seconds: float, begin: int) -> list[str]:
    """Let machines write, sync and read by chance for so long; return what failed."""
    failures: list[str] = []
    end, round_ = time.monotonic() + seconds, begin
    while time.monotonic() < end and not failures:
        try:
            _some(round_)
        except AssertionError as error:
            failures.append(f"machines do not agree: {error}")
        round_ += 1
    return failures


def _some(number: int) -> None:
    @seed(number)
    @examples(
        max_examples=10,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.tuples(*(transcripts() for _ in NAMES)), st.integers(0, 1 << 30))
    def check(contents: tuple[dict[int, bytes], ...], chance: int) -> None:
        with tempfile.TemporaryDirectory(dir=quick_place()) as place:
            check_three_machines(Path(place), contents, random.Random(chance))

    check()
