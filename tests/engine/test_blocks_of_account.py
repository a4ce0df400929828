"""Blocks of one account: its responses alone, whoever else used its root before or after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from engine.domain.mistakes import SettingsError
from engine.domain.questions import Question
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.engine.test_owners import sign_in
from tests.made_lines import HOUR, MINUTE, Clock, answer, write
from tests.slow_blocks import in_blocks
from tests.turns import attend

NAMES = {"work": "Work", "home": "Home"}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("a", "b")),
        st.sampled_from(("", "", "", "work", "home")),
        st.integers(1, 400).map(lambda minutes: minutes * MINUTE),
    ),
    min_size=1,
    max_size=12,
)
"""Whose root has a response, who signs in there before, and how long after the last step."""


class Turn:
    """A response: when, and of how many tokens."""

    def __init__(self, time: int, tokens: int) -> None:
        self.time, self.tokens = time, tokens


@examples(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_an_accounts_blocks_are_those_of_its_own_responses(
    steps: list[tuple[str, str, int]],
    tmp_path_factory: pytest.TempPathFactory,
    settings: Callable[..., Settings],
) -> None:
    place = tmp_path_factory.mktemp("accounts")
    roots = {name: place / name for name in ("a", "b")}
    signed_in = {"a": "work", "b": "home"}
    for name, root in roots.items():
        (root / "projects").mkdir(parents=True)
        sign_in(root, signed_in[name])
    clock = Clock(NOW)
    turns: dict[str, list[Turn]] = {"work": [], "home": []}
    with Monitor(settings(roots=tuple(roots.values()), clock=clock, accounts=NAMES)) as monitor:
        monitor.read()
        attend(monitor)
        for number, (name, login, later) in enumerate(steps):
            clock.now += later
            if login:
                signed_in[name] = login
                sign_in(roots[name], login)
            attend(monitor)
            clock.now += MINUTE
            turns[signed_in[name]].append(Turn(clock.now, number + 1))
            line = answer(f"r{number}", clock.now, number + 1, session=name)
            write(roots[name], line, name=f"-p/{name}.jsonl")
        monitor.read()
        for account, own in turns.items():
            question = Question(kind="blocks", account=NAMES[account])
            rows = [each.row for each in monitor.answers.answer(question).rows]
            found = [(row.start, row.figures.tokens.total) for row in rows if not row.is_gap]
            expected = [
                (start, sum(turn.tokens for turn in inside))
                for start, inside in in_blocks(own, 5 * HOUR)
            ]
            assert found == expected


def test_an_account_that_nobody_has_is_said_with_those_there_are(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    (tmp_path / "projects").mkdir()
    sign_in(tmp_path, "work")
    with Monitor(settings(roots=(tmp_path,), accounts=NAMES)) as monitor:
        monitor.read()
        attend(monitor)
        with pytest.raises(SettingsError, match=r"^No account is called 'Wrok': there are: Work"):
            monitor.answers.answer(Question(kind="blocks", account="Wrok"))
