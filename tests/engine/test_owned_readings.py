"""Whose a hook's percentages are, and how old: by hooks of several roots, logins and terminals."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from engine.domain.hits import FIVE_HOUR
from engine.domain.owners import NOBODY
from engine.domain.settings import Settings
from engine.limits.readings import HookSaid, Reading
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import HOUR, MINUTE, SECOND, Clock, answer, write

RESETS = (NOW + 3 * HOUR, NOW + 3 * HOUR + MINUTE, NOW + HOUR + 30 * MINUTE)
ACCOUNTS = ("p/plan", "p/seat", "q/other", "")
"""One person's plan and seat, somebody else's, and nobody's."""


SHARED = "s2"
"""A session that goes on in two terminals, one of each root."""


class Step(NamedTuple):
    """What happens in a minute: who signs in, and what a session's terminal does."""

    root: str
    account: str
    """Who signs in with the root; `-` for no change."""
    session: str
    percent: int
    reset: int
    is_answer: bool
    """Whether a response came just before, and is in the transcript."""
    has_grown: bool
    """Whether the hook says that the API has worked since."""


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(("a", "b")),
        st.sampled_from(("-", "-", "-", *ACCOUNTS)),
        st.sampled_from(("s1", SHARED)),
        st.sampled_from((1, 3, 30, 33, 60, 61, 100)),
        st.sampled_from(RESETS),
        st.booleans(),
        st.booleans(),
    ),
    max_size=10,
)


class _Slow:
    """The rules word by word, from a list of all that happened."""

    def __init__(self) -> None:
        self.facts: list[tuple[int, str, str, int, int, bool]] = []
        """Time, owner, session, percent, reset, whether nobody knows how old it is."""
        self.answers: dict[str, int] = {}
        self.named: set[str] = set()

    def say(self, step: Step, owner: str, now: int) -> None:
        self.named |= {owner} - {NOBODY}
        own = [each for each in self.facts if each[2] == step.session]
        same_reset = [each for each in own if abs(each[4] - step.reset) <= 2 * MINUTE]
        whose = min(same_reset)[1] if same_reset else owner
        is_known = step.percent in [each[3] for each in same_reset]
        if is_known and not step.has_grown:
            return
        time, is_unsure = now, False
        if not step.has_grown:
            answered = self.answers.get(step.session, -1)
            newest = max((each[0] for each in own), default=-1)
            if answered > newest:
                time = answered
            else:
                is_unsure = not same_reset
        self.facts.append((time, whose, step.session, step.percent, step.reset, is_unsure))

    def marks(self) -> dict[str, tuple[float, int]]:
        """Return share and reset by owner; nobody's are the only named one's, if there is one."""
        named = self.named
        found: dict[str, tuple[float, int]] = {}
        for time, owner, _, percent, end, is_unsure in sorted(self.facts):
            del time
            whose = owner or (next(iter(named)) if len(named) == 1 else NOBODY)
            mark, reset = found.get(whose, (-1, 0))
            if mark < 0 or abs(end - reset) > 2 * MINUTE:
                found[whose] = percent, end
            elif percent <= mark - 5 and not is_unsure:
                found[whose] = percent, reset
            else:
                found[whose] = max(mark, percent), reset
        return {owner: (mark / 100, reset) for owner, (mark, reset) in found.items()}


def sign_in(root: Path, account: str) -> None:
    """Write who is signed in with a root, or that nobody is."""
    person, _, organization = account.partition("/")
    said = {"oauthAccount": {"accountUuid": person, "organizationUuid": organization}}
    (root / ".claude.json").write_text(json.dumps(said if account else {}))


@examples(deadline=None, max_examples=150)
@given(STEPS)
def test_whatever_hooks_say_what_holds_is_what_the_rules_say(steps: list[Step]) -> None:
    with TemporaryDirectory() as place:
        roots = {name: Path(place, name) for name in ("a", "b")}
        signed = dict.fromkeys(roots, "")
        for root in roots.values():
            (root / "projects").mkdir(parents=True)
            sign_in(root, "")
        clock, slow, worked = Clock(NOW), _Slow(), 0
        made = Settings(
            ledger=":memory:",
            clock=clock,
            roots=tuple(roots.values()),
            environment={},
            home=Path(place),
            zone="UTC",
            is_offline=True,
            is_polling=True,
        )
        with Monitor(made) as monitor:
            for number, step in enumerate(steps):
                clock.now = NOW + number * MINUTE
                root = roots[step.root]
                if step.account != "-":
                    sign_in(root, step.account)
                    signed[step.root] = step.account
                session = step.session if step.session == SHARED else f"s1{step.root}"
                transcript = root / "projects" / "-p" / f"{session}.jsonl"
                said = step._replace(session=session)
                if step.is_answer:
                    at = clock.now - 10 * SECOND
                    write(
                        root, answer(f"{number}", at, session=session), name=f"-p/{session}.jsonl"
                    )
                    slow.answers[session] = at
                    monitor.read_transcript(str(transcript))
                if step.has_grown or number == 0:
                    worked += 1_000
                has_grown = step.has_grown and session in {f[2] for f in slow.facts}
                api_time = worked if has_grown else None
                reading = Reading(
                    FIVE_HOUR, step.percent / 100, step.reset, clock.now, session=session
                )
                hook = HookSaid(session, (reading,), transcript=str(transcript), api_time=api_time)
                before = monitor._ledger.connection.execute(
                    "SELECT max(api_time) FROM told_sessions WHERE session = ?", (session,)
                ).fetchone()[0]
                monitor.limits.note_hook(hook, clock.now)
                is_grown = api_time is not None and before is not None
                slow.say(said._replace(has_grown=is_grown), signed[step.root], clock.now)
            monitor.limits.now()
            known = monitor._state.tracker.known
        found = {owner: (mark.share, mark.resets_at) for (owner, _), mark in known.marks.items()}
        assert found == slow.marks()


@pytest.mark.parametrize("accounts", [("p/plan", "p/seat"), ("p/plan", "p/plan"), ("", "p/plan")])
def test_two_roots_are_of_one_owner_or_of_two(accounts: tuple[str, str], tmp_path: Path) -> None:
    roots = tmp_path / "a", tmp_path / "b"
    for root, account in zip(roots, accounts, strict=True):
        (root / "projects").mkdir(parents=True)
        sign_in(root, account)
    made = Settings(
        ledger=":memory:",
        clock=Clock(NOW),
        roots=roots,
        environment={},
        home=tmp_path,
        zone="UTC",
        is_offline=True,
        is_polling=True,
    )
    with Monitor(made) as monitor:
        for number, root in enumerate(roots):
            reading = Reading(
                FIVE_HOUR, (20 + number) / 100, NOW + HOUR, NOW + number, session=f"s{number}"
            )
            said = HookSaid(f"s{number}", (reading,), transcript=f"{root}/projects/-p/s.jsonl")
            monitor.limits.note_hook(said, NOW + number)
        owners = {each.owner for each in monitor.limits.now().windows}
    assert owners == {account or "p/plan" for account in accounts}
