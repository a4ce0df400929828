"""Who the made-up user is: how much they work, on what, and with which models."""

from __future__ import annotations

import re
from random import Random

from msgspec import Struct

from engine.domain.mistakes import SettingsError


class DemoUser(Struct, frozen=True):
    """A made-up user as of `now_ms` (UTC milliseconds); equal users write equal bytes.

    `responses`, `days` and `sessions` are what the history up to now comes to; most of it is
    of the last 30 days.
    `text_scale` sizes the text of prompts, answers and tool results: 1.0 is as long as
    real ones (about 8 kB a response).
    """

    seed: int
    now_ms: int
    responses: int = 20_000
    days: int = 30
    sessions: int = 160
    text_scale: float = 0.15

    def __post_init__(self) -> None:
        """Refuse a history that cannot be written."""
        if min(self.responses, self.days, self.sessions) < 1:
            raise SettingsError("A demo needs at least 1 response, 1 day and 1 session.")
        if self.responses < self.sessions:
            raise SettingsError(
                f"A demo of {self.sessions} sessions needs at least {self.sessions} responses."
            )

    def random(self, *purpose: object) -> Random:
        """Return the user's own source of chance for one purpose."""
        return Random(f"{self.seed} {purpose}")


class Project(Struct, frozen=True):
    """A place the user works in."""

    cwd: str
    branches: tuple[str, ...]
    weight: int

    @property
    def directory(self) -> str:
        """The name Claude Code gives the project's directory below `projects`."""
        return re.sub(r"[^A-Za-z0-9]", "-", self.cwd)


PROJECTS = (
    Project("/Users/mika/code/harbour-api", ("main", "feat/berth-search", "fix/slow-export"), 6),
    Project("/Users/mika/code/潮見表アプリ", ("main", "feat/offline"), 4),
    Project("/Users/mika/Client Work/Fjord Ferries 2026", ("develop", "timetable-v2"), 4),
    Project("/Users/mika/code/paper-lantern", ("main", "theme-engine"), 3),
    Project("/Users/mika/code/tidepool/services/billing-worker", ("main", "retry-queue"), 3),
    Project("/Users/mika/notes", ("HEAD",), 1),
)

OPUS = "claude-opus-5-5"
SONNET = "claude-sonnet-5-5"
HAIKU = "claude-haiku-5-5"
UNPRICED = "lighthouse-coder-32b"
"""A model nobody publishes a price for, behind a proxy that gives no request ids."""

MAIN_MODELS = {OPUS: 48, SONNET: 44, HAIKU: 4, UNPRICED: 4}
AGENT_MODELS = {HAIKU: 75, SONNET: 25}


def choose_model(chance: Random, weights: dict[str, int]) -> str:
    """Return one of the models, each as often as its weight says."""
    return chance.choices(list(weights), weights=list(weights.values()))[0]
