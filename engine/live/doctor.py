"""What `ccmon doctor` tells, gathered from what reads and what is shown."""

from __future__ import annotations

from engine.domain.found import Health
from engine.domain.responses import CLAUDE
from engine.domain.settings import Settings
from engine.ledger.book import Ledger
from engine.live.shared_machines import SharedMachines
from engine.live.steps import Steps
from engine.pricing.table import PriceTable
from engine.reports.agents import agents_found
from engine.reports.health import examine


def health_now(
    settings: Settings, ledger: Ledger, prices: PriceTable, steps: Steps, shared: SharedMachines
) -> Health:
    """Return how things stand with places, files, prices and the ledger."""
    shown, updater, roots = steps.state.shown, steps.updater, steps.roots
    refused = {**shared.troubles(), **updater.reader.refused()}
    return examine(
        settings,
        ledger,
        shown.roots,
        prices,
        watch=updater.wakeup.watcher.probe(roots.watched()),
        notices=steps.board.notices(),
        refused=refused,
        responses=shown.view.history.responses,
        span=shown.view.span(),
        agents=agents_found(settings, ledger, roots, refused),
        scope=roots.open_scopes().get(CLAUDE),
    )
