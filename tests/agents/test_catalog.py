"""Where stores lie, and what is said of those that nobody can read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.agents.catalog import LISTED
from engine.agents.registry import Registry
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agents.made_more import (
    ANTIGRAVITY,
    DAY,
    DESKTOP,
    DEVIN,
    OPENCODE_GO,
    TRACES,
    ZED,
    antigravity,
    desktop,
    devin,
    generation,
    junie_use,
    opencode_go,
    traces,
    write_json,
    write_lines,
    zed,
    zed_counts,
)

MakeSettings = Callable[..., Settings]

UNREADABLE = {
    ".codeium/windsurf/cascade/a.pb": ("windsurf", "encrypted"),
    ".commandcode/projects/p/s.jsonl": ("command-code", "no counts of tokens"),
    ".local/state/warp-terminal/warp.sqlite": ("warp", "one sum of tokens"),
}


def test_names_are_given_once_and_every_agent_says_its_own() -> None:
    names = [listed.name for listed in LISTED]
    assert len(set(names)) == len(names)
    registry = Registry({}, Path("/nowhere"))
    for listed in LISTED:
        if not listed.problem:
            agent = registry.agent(listed.name)
            assert (agent.name, agent.title) == (listed.name, listed.title)


def test_a_star_in_a_mark_is_any_one_directory(tmp_path: Path) -> None:
    registry = Registry({}, tmp_path)
    user = tmp_path / ".config/Code/User"
    (user / "workspaceStorage/0abc").mkdir(parents=True)
    assert not list(registry.stores(("copilot-chat",)))
    (user / "workspaceStorage/0abc/chatSessions").mkdir()
    assert list(registry.stores(("copilot-chat",))) == [("copilot-chat", str(user))]


def test_what_nobody_can_read_is_named_where_it_is(home: Path, settings: MakeSettings) -> None:
    with Monitor(settings()) as monitor:
        monitor.read()
        silent = {each.agent: each.unreadable for each in monitor.agents()}
        for path, (name, why) in UNREADABLE.items():
            assert silent[name] == ()
            (home / path).parent.mkdir(parents=True)
            (home / path).write_bytes(b"\x00")
            monitor.read()
            said = {each.agent: each for each in monitor.agents()}[name]
            ((place, reason),) = said.unreadable
            assert (home / path).is_relative_to(place)
            assert why in reason
            assert not said.responses


def test_many_agents_in_one_home_add_up(home: Path, settings: MakeSettings) -> None:
    antigravity(home / ANTIGRAVITY, generation("r1"))
    zed(home / ZED, "t1", {"cumulative_token_usage": zed_counts(400, 60)})
    devin(home / DEVIN, [("s", "r", (10, 20, 30, 40))] * 2)
    desktop(home / DESKTOP, "d", (1_000, 200, 400, 0))
    opencode_go(home / OPENCODE_GO, "o", 0.5)
    traces(home / TRACES, "c", (100, 20, 60, 5))
    write_lines(
        home / ".junie/sessions/j/events.jsonl", junie_use("gpt-5.2", (7, 1, 2, 0), 0.1, DAY)
    )
    usage = {"snapshot": {"input_tokens": 500, "output_tokens": 100}}
    write_json(home / ".fx/sessions/f/usage-v2.json", usage)
    with Monitor(settings()) as monitor:
        monitor.read()
        found = {each.agent: each.tokens for each in monitor.agents() if each.is_found}
        assert found == {
            "antigravity": 425,
            "zed": 460,
            "devin": 100,
            "copilot-desktop": 1_200,
            "opencode-go": 0,
            "copilot-chat": 120,
            "junie": 10,
            "fx": 600,
        }
        whole = monitor.report("daily").totals.figures
        assert whole.tokens.total == 425 + 460 + 100 + 1_200 + 120 + 10 + 600
        assert whole.cost >= 600_000_000_000
