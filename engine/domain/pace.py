"""How often a monitor looks, asks, tells and draws: all its rhythms side by side."""

from __future__ import annotations

from engine.domain.times import HOUR, MINUTE, SECOND

ALL_FILES_WITH_EVENTS = (30.0, 1_000, 300.0)
ALL_FILES_WITHOUT_EVENTS = (2.0, 100, 30.0)
"""Between looks at all files: the fewest seconds; how many times as long as a look takes; the most
seconds even so."""
FILES_IN_USE = 3.0
"""Seconds between looks at the files that changed a short while ago."""
FILES_HELD_OPEN = 1.0
"""The same where a file that its agent keeps open tells of no change (macOS, Windows)."""
WAIT_WITH_EVENTS, WAIT_WITHOUT_EVENTS = 1.0, 0.75
"""Seconds between looks at what no event tells of: the ledger, open sessions, readings."""
WAIT_AT_WORK = 0.05
"""Seconds between steps of work that can wait."""
QUIET = 2.0
"""Seconds without anything new after which there is time for a step that takes long."""
LONGEST_UNQUIET = 60.0
"""Seconds after which such a step is taken all the same."""
REST = 2.0
"""Seconds between such looks where events come and nothing is new."""
DRAWN = 0.1
"""Seconds between two times that a face is told to draw: ten times a second at most."""
TITLES_READ = 1.0
"""Seconds between looks at what sessions are called."""
KNOWN_LIMITS_READ = 0.4
"""Seconds between looks at readings in a ledger that changes all the time."""
TOLD_AT_MOST, TOLD_AT_LEAST = 1.0, 5.0
"""Seconds between looks at what happens to windows: while figures change, and while they rest."""
USAGE_LOOK = 30.0
"""Seconds between looks at whether the usage endpoint is to be asked."""
CURSOR_LOOK = 30.0
"""Seconds between looks at whether Cursor's usage is to be synced."""
PROVIDERS_LOOK = 30.0
"""Seconds between looks at whether a provider of models is to be asked."""
PRICES_LOOK = 3_600.0
"""Seconds between looks at whether a day has passed since prices were fetched."""

TEAM_LOOK, TEAM_RETRY = 3.0, 10.0
"""Seconds between looks at a team's database, and where it went away."""
PUSHED = 60.0
"""Seconds between two times that what is new is pushed to a team's database."""

SESSIONS_LOOK = SECOND
"""Milliseconds between looks at what Claude Code says of open sessions."""
SOURCES_LOOK = 4 * SECOND
"""Milliseconds between looks at local files that have official figures."""
READINGS_ANEW = MINUTE
"""Milliseconds after which all kept readings are read, also those that were kept late."""
CALIBRATION_LOOK = MINUTE
"""Milliseconds between looks at whether a calibration would be shown,"""
CALIBRATED = HOUR
"""and between calibrations."""
CAUGHT_UP_NOTED = 10 * SECOND
"""Milliseconds between notes of when a process last caught up."""


class Every:
    """Something that is due at first, and again when an interval has passed since it was."""

    __slots__ = ("_interval", "_last")

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._last: float | None = None

    def is_due(self, now: float) -> bool:
        """Say whether it is time again, in the interval's unit, and if so take it as done.

        It is also where the clock went back.
        """
        if self._last is not None and 0 <= now - self._last < self._interval:
            return False
        self._last = now
        return True
