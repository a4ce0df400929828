"""What the live screen asks of a monitor, and how it is started."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from engine.domain.calendars import Calendar
from engine.domain.limit_windows import Event
from engine.domain.provider_usage import ProviderAccount
from engine.domain.reports import Detail, Report, ReportKind, Span
from engine.domain.snapshots import Snapshot
from engine.notify.channels import Channels


class LimitsSource(Protocol):
    """The part of `engine.live.limits.Limits` that the live screen uses."""

    def take_events(self) -> tuple[Event, ...]:
        """Return what happened to the windows since the last call, each event once in it."""

    def pin_reset(self, time: int | None) -> None:
        """Pin the end of the 5-hour window (UTC milliseconds), or unpin it."""


class ProvidersSource(Protocol):
    """The part of `engine.providers.accounts.Accounts` that the live screen uses."""

    def enabled(self) -> tuple[ProviderAccount, ...]:
        """Return the enabled providers as they stand; asks nobody, and may read files."""


class Source(Protocol):
    """The part of `engine.monitor.Monitor` that the live screen uses.

    All methods may be called from any thread; `report`, `detail`, `shown_calendar` and
    `learn_titles` may take tens of milliseconds and are called from worker threads only.
    """

    @property
    def limits(self) -> LimitsSource:
        """What is told of limit windows, and what the user says of them."""

    @property
    def providers(self) -> ProvidersSource:
        """What providers of models say of the user's accounts."""

    def start(self, on_change: Callable[[], None]) -> None:
        """Read, then follow, in a thread of its own."""

    def refresh(self) -> None:
        """Look at everything now."""

    def snapshot(self) -> Snapshot:
        """Return where things stand now."""

    def report(self, kind: ReportKind, span: Span = "all") -> Report:
        """Return a tab's rows and totals."""

    def detail(self, kind: ReportKind, key: str) -> Detail | None:
        """Return what is inside one row."""

    def shown_calendar(self, year: int | None) -> Calendar:
        """Return the days of a year, or of the last 53 weeks, of the agents shown."""

    def learn_titles(self, sessions: Iterable[str]) -> bool:
        """Read what sessions are called; say whether reports would show anything new."""

    def show_agents(self, agents: Sequence[str]) -> None:
        """Show some coding agents alone, all for none named."""

    def set_zone(self, zone: str | None) -> None:
        """Show days and clocks in another zone, `None` for the system's."""

    def close(self) -> None:
        """Stop following; may be called twice."""


class LiveOptions(Struct, frozen=True):
    """How the live screen is started; everything outside is injected here.

    `zone` is what `z` returns to from UTC (an IANA name, `None` for the system's).
    `open_demo` writes a demo and returns a monitor on it; it is called in a thread, when
    a user asks for the demo on the empty screen. `on_theme` is told each chosen theme.
    `channels` carry the warnings, the bell only with `has_bell`; `environment` says which
    terminal draws.
    """

    theme: str = "dark"
    zone: str | None = None
    is_demo: bool = False
    no_color: bool = False
    has_bell: bool = True
    channels: Channels = Channels()
    environment: Mapping[str, str] = {}
    is_offline: bool = False
    has_providers: bool = False
    """Whether a provider of models is enabled, so that there is a tab of them."""
    open_demo: Callable[[], Source] | None = None
    on_theme: Callable[[str], None] | None = None
