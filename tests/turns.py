"""Lets a monitor do in this thread, at once, what its own thread does when it follows."""

from __future__ import annotations

from engine.domain.limit_windows import Event
from engine.monitor import Monitor


def look(monitor: Monitor) -> None:
    """Read what is new, and look at what is known of limits by then."""
    updater, state = monitor._updater, monitor._state
    if not state.is_whole:
        monitor.read()
        return
    updater.recovery.insist(updater.look)
    updater.recovery.insist(state.pull)
    state.finish_reading()
    updater.recovery.insist(updater.look_at_limits)


def attend(monitor: Monitor) -> tuple[Event, ...]:
    """Look, tell what happened to windows, and return what of it this process is to tell."""
    look(monitor)
    state, now = monitor._state, monitor.settings.clock()
    windows = state.windows(now).windows
    if monitor.limits.alerts.tell(windows, state.tracker.known, now, state.zone):
        state.tracker.look_at_ledger()
    return monitor.limits.take_events()
