"""placeholder"""

from __future__ import annotations

from engine.domain.settings import Settings
from engine.machines.own import Share


class Puller:
    def __init__(self, settings: Settings) -> None: ...
    def start_when_due(self, shares: tuple[Share, ...]) -> None: ...
    def take_news(self) -> bool:
        return False
