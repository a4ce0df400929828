"""What a monitor is opened with; everything outside is injected here."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from engine.domain.responses import CLAUDE, TELEMETRY

if TYPE_CHECKING:
    from engine.domain.limit_windows import Budget
    from engine.domain.typed.amounts import LimitChoice
    from engine.domain.typed.clocks import Clock, QuietHours

USUAL_THRESHOLDS = (0.5, 0.75, 0.9)
USUAL_PROVIDER_TTL = 300_000


def system_clock() -> int:
    """Return now as UTC milliseconds."""
    return time.time_ns() // 1_000_000


class Settings(Struct, frozen=True):
    """How a `Monitor` is opened.

    `environment` and `home` stand for the process's own, so that tests never see the
    real ones. `roots` overrides discovery; `ledger` is a path or `:memory:`, `None` the
    default place; `zone` an IANA name, `None` the system's.
    """

    roots: tuple[Path, ...] | None = None
    ledger: str | None = None
    zone: str | None = None
    database: str | None = None
    """The address of a team's database that answers in place of the ledger, or `env`; nothing is
    read then."""
    is_apart: bool = False
    """Whether machines and people were asked for, however many the database knows."""
    push: str | None = None
    """The address of a team's database to which whoever follows pushes each minute, or `env`."""
    limit: LimitChoice | None = None
    """What is typed as `500k`, `$20`, `max`, `median` or `p90` (`engine.domain.typed.amounts`);
    `None` means p90, or a calibration that is at hand."""
    reset_at: Clock | None = None
    """When the 5-hour window ends, by a clock of the zone (`engine.domain.typed.clocks`)."""
    budgets: tuple[Budget, ...] = ()
    week_start: int = 0
    """First day of the week, Monday is 0."""
    thresholds: tuple[float, float, float] = USUAL_THRESHOLDS
    """Shares of a limit at which the levels `half`, `high` and `critical` begin."""
    window_thresholds: Mapping[str, tuple[float, ...]] = {}
    """Those of single windows (`seven_day`, `budget:month`, or a kind such as `budget`); of
    fewer than three the lower levels are left out."""
    accounts: Mapping[str, str] = {}
    """What the user calls accounts: by id of account or organization, or config directory."""
    account: str | None = None
    """The account whose limits alone are shown, by its name or id; all where empty."""
    quiet_hours: QuietHours | None = None
    """When nothing is to be heard."""
    price_overrides: Mapping[str, Mapping[str, float]] = {}
    """The user's own prices by model (`engine.pricing.overrides.AMOUNTS`)."""
    agents: tuple[str, ...] = ()
    """The coding agents to read (`claude`, `codex` …). Where empty all that are found, but Claude
    Code's alone where `roots` are given: they are its own."""
    providers: Mapping[str, Mapping[str, str]] = {}
    """What is set of providers of models, by provider (`engine.providers.registry`): `enabled` is
    `true` or `false`, all else is as it is written."""
    provider_ttl: int = USUAL_PROVIDER_TTL
    """Milliseconds for which a provider's answer is young enough."""
    takes_telemetry: bool = False
    """Whether what Claude Code tells the service is read where `roots` are given too."""
    is_offline: bool = False
    is_polling: bool = False
    """Never use file events, only poll."""
    clock: Callable[[], int] = system_clock
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    home: Path = field(default_factory=Path.home)

    def reads(self, agent: str) -> bool:
        """Say whether an agent is to be read."""
        if not self.agents:
            is_told = agent == TELEMETRY and self.takes_telemetry
            return agent == CLAUDE or is_told or self.roots is None
        return agent in self.agents

    @property
    def reads_others(self) -> bool:
        """Whether any agent but Claude Code is to be read."""
        if not self.agents:
            return self.roots is None or self.takes_telemetry
        return any(agent != CLAUDE for agent in self.agents)

    @property
    def stores(self) -> tuple[str, ...]:
        """The agents whose stores are looked for; empty for all there are."""
        return (TELEMETRY,) if not self.agents and self.roots is not None else self.agents

    @property
    def says_of_limits(self) -> bool:
        """Whether anything is set of limits that may not hold; what is usual does."""
        return bool(self.window_thresholds) or self.thresholds != USUAL_THRESHOLDS
