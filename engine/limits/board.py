"""Makes the limit windows of one view; remembers what a tick of the clock does not change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from engine.aggregates.running_block import calm
from engine.aggregates.true_window import Running
from engine.aggregates.view import View
from engine.domain.levels import Levels, levels_of_window
from engine.domain.limit_windows import BurnUp, HitNow, WindowNow, WindowSource
from engine.domain.owners import UNKNOWN
from engine.domain.paths import uses_providers
from engine.domain.responses import CLAUDE
from engine.domain.settings import Settings
from engine.domain.typed.amounts import LimitChoice
from engine.ledger.live_source import LiveNames
from engine.limits.budgets import budget_window
from engine.limits.burn_ups import burn_ups
from engine.limits.calibration import Calibration
from engine.limits.estimate import LimitBasis
from engine.limits.gravest import in_order
from engine.limits.known import Known, gravest, hits_now
from engine.limits.windows import LocalUse, windows_now

if TYPE_CHECKING:
    from engine.providers.accounts import Accounts

_Key = tuple[int, int, int, bool]


class Windows(Struct, frozen=True):
    """All windows at a moment."""

    windows: tuple[WindowNow, ...]
    burn_ups: tuple[BurnUp, ...]
    hit: HitNow | None
    """The gravest."""


class WindowMaker:
    """Makes windows from what is known and what one view holds."""

    def __init__(
        self,
        view: View,
        names: LiveNames,
        choice: LimitChoice,
        settings: Settings,
        basis_at: Callable[[int, Running | None], LimitBasis],
    ) -> None:
        self._view = view
        self._names = names
        self._choice = choice
        self._settings = settings
        self._basis_at = basis_at
        self._made: tuple[_Key, int, Windows] | None = None

    def at(self, now: int, known: Known, revision: int, *, is_partial: bool) -> Windows:
        """Return the windows: made anew when figures changed, every 5 seconds, and at resets.

        While only a part of history is there (`is_partial`) nothing is estimated from it.
        """
        key = (revision, known.revision, calm(now), is_partial)
        if self._made is None or self._made[0] != key or now >= self._made[1]:
            made = self._make(now, known, is_partial=is_partial)
            ends = [each.resets_at for each in made.windows if each.resets_at is not None]
            self._made = (key, min(ends, default=1 << 62), made)
        return self._made[2]

    def _make(self, now: int, known: Known, *, is_partial: bool) -> Windows:
        span = self._view.running(now)
        local = self._local(span, now)
        basis = self._basis(now, span, known.calibration, is_partial=is_partial)
        hits = hits_now(known, now)
        windows = windows_now(known, hits, local, basis, now, self._levels_of)
        budgets = tuple(
            budget_window(
                budget, self._view.history, self._settings.week_start, now, self._levels_of
            )
            for budget in self._settings.budgets
            if not budget.provider
        )
        told = self._of_providers(now)
        listed = in_order((*windows, *budgets, *told), known.present)
        ups = burn_ups(known, listed, local.uses(), now)
        own = [each for (owner, _), each in hits.items() if owner in (known.present, UNKNOWN)]
        hit = gravest(own) or next((each.hit for each in listed if each.is_gravest), None)
        if self._view.agent != CLAUDE:
            listed, ups, hit = _of_agent(self._view.agent, listed, ups)
        named = {each.owner: each.owner_name for each in listed}
        if hit is not None:
            hit = replace(hit, owner_name=named.get(hit.owner, ""))
        return Windows(listed, ups, hit)

    def _local(self, span: Running | None, now: int) -> LocalUse:
        if span is None:
            return LocalUse(None)
        uses = partial(self._view.own.recents.uses, span.start, now)
        return LocalUse((span.start, span.end), (span.tally.tokens, span.tally.cost), uses)

    def _basis(
        self, now: int, span: Running | None, calibration: Calibration | None, *, is_partial: bool
    ) -> tuple[LimitBasis, WindowSource]:
        """Return what this machine's use of the 5 hours is held against, and where it is from."""
        choice = self._choice
        if calibration is not None and not choice.is_asked:
            value, label = calibration.value_at_100, calibration.label
            return LimitBasis("given", "cost", value, label), "calibrated"
        if is_partial and choice.source != "given":
            reason = "history is still being read"
            return LimitBasis("none", choice.unit, None, "still reading", reason), "none"
        basis = self._basis_at(now, span)
        return basis, basis.source

    @cached_property
    def _accounts(self) -> Accounts:
        from engine.providers.accounts import Accounts

        return Accounts(self._settings)

    def _of_providers(self, now: int) -> tuple[WindowNow, ...]:
        """Return limits that providers told, and budgets of what they bill.

        Who enabled none loads nothing of them.
        """
        has_budget = any(budget.provider for budget in self._settings.budgets)
        if not has_budget and not uses_providers(self._settings):
            return ()
        from engine.limits.provider_windows import provider_windows

        return provider_windows(self._accounts, self._settings, now, self._levels_of)

    def _levels_of(self, window: str) -> Levels:
        return levels_of_window(window, self._choice.levels, self._settings.window_thresholds)


def _of_agent(
    agent: str, windows: Iterable[WindowNow], ups: Iterable[BurnUp]
) -> tuple[tuple[WindowNow, ...], tuple[BurnUp, ...], None]:
    """Return the windows of an agent whose blocks alone are in view.

    Those of Claude Code's plan are not its own, nor are hits; and no window is made up for one
    whose server says nothing of any, for nobody resets it.
    """
    end = f":{agent}"
    kept = tuple(each for each in windows if each.window.endswith(end))
    return kept, tuple(each for each in ups if each.window.endswith(end)), None
