"""The desktop's agent sessions are of the desktop's organization (SPEC §9)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.settings import Settings
from engine.ledger.owners import owner_notes
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.engine.test_local_sources import history, sample
from tests.made_lines import MINUTE, Clock, answer, write
from tests.turns import attend


@pytest.mark.parametrize("organization", ["org", "another"])
def test_cowork_s_responses_are_of_the_desktop_s_organization(
    organization: str, home: Path, settings: Callable[..., Settings]
) -> None:
    said = {"oauthAccount": {"accountUuid": "a", "organizationUuid": organization}}
    (home / ".claude.json").write_text(json.dumps(said))
    write(home / ".claude", answer("1", NOW - 20 * MINUTE, 700))
    desktop = home / ".config" / "Claude"
    session = desktop / "local-agent-mode-sessions" / "x" / "y" / "local_1" / ".claude"
    write(session, answer("2", NOW - 5 * MINUTE, 50, session="c"), name="-p/c.jsonl")
    samples = history(sample(NOW - MINUTE, org="org", fh=30))
    (desktop / "plan-usage-history.json").write_text(json.dumps(samples))
    with Monitor(settings(roots=None, clock=Clock(NOW), is_polling=True)) as monitor:
        monitor.read()
        attend(monitor)
        attend(monitor)
        notes = {Path(root).name: owner for root, _, owner, _ in owner_notes(monitor._ledger)}
        snapshot = monitor.snapshot()
    assert notes == {".claude": f"a/{organization}", "local-agent-mode-sessions": "/org"}
    assert snapshot.block is not None
    is_one = organization == "org"
    assert snapshot.block.figures.tokens.total == (750 if is_one else 50)
    owners = {each.owner for each in snapshot.windows}
    assert owners == {"a/org" if is_one else "/org"}
