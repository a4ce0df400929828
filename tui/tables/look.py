"""How a report is to look: its width, and the names that people read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from engine.agents.names import title_of
from engine.domain.model_labels import labels_of, short_model
from engine.domain.projects import called
from engine.domain.reports import Figures
from tui.words.format import dollars, plain

UNKNOWN_COST = "?"


class Look(Struct, frozen=True, kw_only=True):
    """What tables and pages are drawn for."""

    width: int
    zone: str = "UTC"
    is_compact: bool = False
    has_cost: bool = True
    projects: Mapping[str, str] = {}
    """Names for projects, by path, directory name, or what they are called otherwise."""
    models: Mapping[str, str] = {}
    """Names for models, by their ids."""
    labels: Mapping[str, str] = {}
    """What models that stand side by side are called, where nobody gave a name."""

    def among(self, models: Iterable[str]) -> Look:
        """Return the look of a page on which models stand side by side."""
        return replace(self, labels=labels_of(models))

    def project(self, label: str, key: str = "") -> str:
        """Return what a project is called."""
        return plain(called(label, key, self.projects))

    def model(self, name: str) -> str:
        """Return what a model is called, such as `Opus 5.5`."""
        given = self.models.get(name)
        return plain(given) if given else self.labels.get(name) or short_model(name)

    def agent(self, name: str) -> str:
        """Return what people call a coding agent, such as `Claude Code`."""
        return plain(title_of(name))

    def all_models(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return what models are called, each name once."""
        return tuple(dict.fromkeys(map(self.model, names)))


def cost_text(figures: Figures, has_mark: bool = False) -> str:
    """Return a cost; where a column has `+` marks, the others keep a cell for it."""
    if figures.unpriced and figures.cost == 0:
        return f"{UNKNOWN_COST} "
    blank = " " if has_mark and not figures.unpriced else ""
    return dollars(figures.cost, bool(figures.unpriced)) + blank


def unpriced_note(names: Iterable[str]) -> str:
    """Return the footnote that says what the marked costs leave out; empty where nothing is."""
    known = ", ".join(plain(name) or "unknown" for name in sorted(set(names)))
    return f"+ leaves out responses of models without a known price: {known}" if known else ""
