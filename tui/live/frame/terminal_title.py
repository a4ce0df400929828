"""The name of the terminal's window or tab: the answer where one already looks."""

from __future__ import annotations

from engine.domain.limit_windows import WindowNow
from engine.domain.snapshots import Snapshot
from tui.live.panes.hero import gravest
from tui.words import format as fmt
from tui.words.limits import beside_usual_text, is_estimated, outlook_of, when

_NAME = "ccmon"


def title_text(snapshot: Snapshot) -> str:
    """Say what is left of the gravest window and until when, such as `42% left · 18:10 · ccmon`.

    It changes with a whole percent, not with the clock.
    """
    window = gravest(snapshot)
    if window is None or window.used_share is None:
        return _NAME
    parts = [_share_text(window), fmt.plain(window.label)]
    if window.resets_at is not None:
        parts[1] += f" until {when(window.resets_at, snapshot.generated_at, snapshot.zone)}"
    return " · ".join((*parts, _NAME))


def _share_text(window: WindowNow) -> str:
    share = window.used_share or 0.0
    if outlook_of(window) == "hit":
        return "LIMIT HIT"
    if is_estimated(window):
        return beside_usual_text(window)
    if share >= 1:
        return "extra usage"
    ahead = "! " if outlook_of(window) == "runs out" else ""
    return f"{ahead}{fmt.percent(1 - share)} left"
