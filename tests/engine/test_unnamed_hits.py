"""Hits from before anybody was noted, beside named accounts: never hidden, never theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.hits import FIVE_HOUR
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.engine.test_hits import refusal
from tests.engine.test_owners import hook, sign_in
from tests.made_lines import HOUR, MINUTE, SECOND, Clock, answer, write
from tests.turns import attend


@pytest.mark.parametrize("own_reset", [NOW + 2 * HOUR, NOW + HOUR])
def test_a_hit_from_before_anybody_was_noted_is_shown_beside_named_owners(
    own_reset: int, tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    work, home = tmp_path / "work", tmp_path / "home"
    clock = Clock(NOW + 1)
    quota = {
        "status": "rejected",
        "resetsAt": (NOW + HOUR) // SECOND,
        "rateLimitType": "five_hour",
    }
    said = refusal("u1", NOW - 20 * MINUTE, "You've hit your limit", session="w", quotaLimits=quota)
    write(work, answer("w1", NOW - HOUR, 10, session="w"), said, name="-p/w.jsonl")
    write(home, answer("h1", NOW - MINUTE, 10, session="h"), name="-p/h.jsonl")
    sign_in(work, "work")
    sign_in(home, "home")
    with Monitor(settings(roots=(work, home), clock=clock, home=tmp_path)) as monitor:
        monitor.limits.note_hook(hook(work, "w", 88, own_reset, NOW), NOW)
        monitor.limits.note_hook(hook(home, "h", 11, NOW + 3 * HOUR, NOW + 1), NOW + 1)
        monitor.read()
        attend(monitor)
        rows = {
            each.owner_name: (each.used_share, each.state)
            for each in monitor.snapshot().windows
            if each.window == FIVE_HOUR
        }
        of_somebody = {"unknown ~/work": (1.0, "hit"), "~/work": (0.88, "open")}
        of_work = {"~/work": (1.0, "hit")}
        is_same = own_reset == NOW + HOUR
        assert rows == {"~/home": (0.11, "open"), **(of_work if is_same else of_somebody)}
        assert monitor.snapshot().hit is None, "who answered last goes on"
        clock.now += MINUTE
        write(work, answer("w2", clock.now, 10, session="w"), name="-p/w.jsonl")
        attend(monitor)
        states = {each.owner: each.state for each in monitor.snapshot().windows}
        assert states == {"work/o": "open", "home/o": "open"}, "a response of its root ends it"
