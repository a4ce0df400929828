"""Everything a status line can say, each as text, `None` where it is not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct

from engine.domain.contexts import context_size
from engine.domain.glances import Glance
from engine.domain.hits import FIVE_HOUR, SEVEN_DAY, SPEND_LIMIT
from engine.domain.levels import Level, Levels, level_of
from engine.domain.model_labels import short_model
from engine.domain.reports import Figures
from engine.limits.readings import Reading
from tui.statusline.hook import Hook
from tui.words.format import clock, dollars, duration, percent, tokens

CostSource = Literal["auto", "ccmon", "cc", "both"]
BurnWords = Literal["off", "emoji", "text", "emoji-text"]

_LIGHTS = {"busy": "🟡", "intense": "🔴"}
_CALM_LIGHT = "🟢"


class Shown(Struct, frozen=True, kw_only=True):
    """What is known for one status line, and how the user wants it said."""

    hook: Hook = Hook()
    glance: Glance | None = None
    """`None` where the ledger could not be asked in time."""
    windows: Mapping[str, Reading] = {}
    """The official readings that hold, by window."""
    now: int
    is_partial: bool = False
    """History is still being read."""
    account: str = ""
    """What the user calls the account whose windows these are."""
    trouble: str = ""
    """What the user should look after, in few words."""
    cost_source: CostSource = "auto"
    burn_words: BurnWords = "off"
    aliases: Mapping[str, str] = {}
    """The user's own names of models."""

    def model(self) -> str | None:
        """Return the model's everyday name."""
        if self.hook.model:
            return self.aliases.get(self.hook.model, self.hook.model)
        session = self.glance.session if self.glance else None
        if session is None or not session.models:
            return None
        return short_model(session.models[-1])

    def own_cost(self) -> str | None:
        """Return the session's cost by ccmon's count; a new session has none yet."""
        if self.glance is None or not (self.glance.session or self.hook.session):
            return None
        return cost_of(self.glance.session or Figures())

    def hook_cost(self) -> str | None:
        """Return the session's cost by Claude Code's count."""
        return None if self.hook.cost is None else dollars(self.hook.cost)

    def session_cost(self) -> str | None:
        """Return the session's cost by the source asked for."""
        match self.cost_source:
            case "ccmon":
                return self.own_cost()
            case "cc":
                return self.hook_cost()
            case "both":
                both = (("cc", self.hook_cost()), ("ccmon", self.own_cost()))
                known = [f"{cost} {name}" for name, cost in both if cost is not None]
                return " / ".join(known) or None
            case _:
                return self.hook_cost() or self.own_cost()

    def today_cost(self) -> str | None:
        """Return the cost of today."""
        return cost_of(self.glance.today) if self.glance else None

    def block_cost(self) -> str | None:
        """Return the cost of the active block."""
        block = self.glance.block if self.glance else None
        return cost_of(block.figures) if block else None

    def block_left(self) -> str | None:
        """Return how long the active block lasts."""
        block = self.glance.block if self.glance else None
        return duration(block.remaining) if block else None

    def block_end(self) -> str | None:
        """Return when the active block ends, by the clock."""
        block = self.glance.block if self.glance else None
        return clock(block.end, self.glance.zone) if block and self.glance else None

    def burn_rate(self) -> str | None:
        """Return the burn rate as money an hour, with a word or a light where asked for."""
        if self.glance is None:
            return None
        rate = self.glance.burn_rate
        said = [f"{dollars(rate.cost_per_hour)}/h"]
        if self.burn_words in ("emoji", "emoji-text"):
            said.append(_LIGHTS.get(rate.word, _CALM_LIGHT))
        if self.burn_words in ("text", "emoji-text"):
            said.append(rate.word)
        return " ".join(said)

    def context_tokens(self) -> int | None:
        """Return the tokens in the context: as Claude Code says, else of the last response."""
        if self.hook.context_tokens or self.glance is None:
            return self.hook.context_tokens
        if self.glance.context is not None or self.glance.is_compacted:
            return self.glance.context
        return self.hook.context_tokens

    def context_share(self) -> float | None:
        """Return how full the context is."""
        said = self.hook.context_share
        if said or self.is_compacted():
            return said or None
        count, told = self.context_tokens(), self.hook.context_size
        if count is None or not (told or self.hook.model_id):
            return said
        longest = self.glance.longest_context if self.glance else 0
        return count / context_size(self.hook.model_id, told, max(count, longest))

    def is_compacted(self) -> bool:
        """Say whether nobody knows how long the context is since it was compacted."""
        is_said = self.hook.context_tokens or self.hook.context_share
        return not is_said and self.glance is not None and self.glance.is_compacted

    def used(self, window: str) -> str | None:
        """Return the official percentage of a window."""
        reading = self.windows.get(window)
        return percent(reading.used_share) if reading else None

    def model_week(self) -> str | None:
        """Return the week of the model in use, where it has one of its own."""
        names = f"{self.hook.model} {self.hook.model_id}".lower()
        for window in self.windows:
            kind, _, model = window.partition(":")
            word = model.partition(" ")[0].lower()
            if kind == SEVEN_DAY and word and word in names:
                return window
        return None

    def left(self, window: str) -> str | None:
        """Return how long an official window lasts."""
        reading = self.windows.get(window)
        if reading is None or reading.resets_at is None:
            return None
        return duration(reading.resets_at - self.now)

    def five_hour_share(self) -> float | None:
        """Return the official share of the five hours."""
        reading = self.windows.get(FIVE_HOUR)
        return reading.used_share if reading else None

    def level(self, levels: Levels) -> Level | None:
        """Return the level that the official share of the five hours has reached."""
        share = self.five_hour_share()
        return None if share is None else level_of(share, levels)


def cost_of(figures: Figures) -> str:
    """Return a cost in dollars, with `+` where it leaves out models without a price."""
    return dollars(figures.cost, bool(figures.unpriced))


def _count(number: int | None) -> str | None:
    return None if number is None else tokens(number)


def _total(figures: Figures | None) -> str | None:
    return None if figures is None else tokens(figures.tokens.total)


def _percent(share: float | None) -> str | None:
    return None if share is None else percent(share)


def _of_glance(read: Callable[[Glance], str | None]) -> Callable[[Shown], str | None]:
    return lambda shown: read(shown.glance) if shown.glance else None


FIELDS: dict[str, tuple[str, Callable[[Shown], str | None]]] = {
    "model": ("the model's name", Shown.model),
    "effort": ("its effort", lambda shown: shown.hook.effort or None),
    "session_cost": ("cost of the session", Shown.session_cost),
    "session_tokens": (
        "tokens of the session",
        _of_glance(lambda glance: _total(glance.session)),
    ),
    "session_name": ("name of the session", lambda shown: shown.hook.session_name or None),
    "today_cost": ("cost of today", Shown.today_cost),
    "today_tokens": (
        "tokens of today",
        _of_glance(lambda glance: tokens(glance.today.tokens.total)),
    ),
    "block_cost": ("cost of the active block", Shown.block_cost),
    "block_tokens": (
        "tokens of the active block",
        _of_glance(lambda glance: _total(glance.block.figures if glance.block else None)),
    ),
    "block_left": ("time left in the active block", Shown.block_left),
    "block_end": ("when the active block ends", Shown.block_end),
    "burn_rate": ("money an hour, over the last ten minutes", Shown.burn_rate),
    "burn_tokens": (
        "tokens a minute, over the last ten minutes",
        _of_glance(lambda glance: f"{tokens(round(glance.burn_rate.tokens_per_minute))}/min"),
    ),
    "burn_word": (
        "idle, calm, steady, busy or intense",
        _of_glance(lambda glance: glance.burn_rate.word),
    ),
    "context_tokens": ("tokens in the context", lambda shown: _count(shown.context_tokens())),
    "context_percent": ("how full the context is", lambda shown: _percent(shown.context_share())),
    "five_hour": ("official percentage of five hours", lambda shown: shown.used(FIVE_HOUR)),
    "five_hour_left": ("time until they are reset", lambda shown: shown.left(FIVE_HOUR)),
    "seven_day": ("official percentage of seven days", lambda shown: shown.used(SEVEN_DAY)),
    "seven_day_left": ("time until they are reset", lambda shown: shown.left(SEVEN_DAY)),
    "model_week": (
        "official percentage of the week of the model in use",
        lambda shown: shown.used(shown.model_week() or ""),
    ),
    "account": (
        "the account, as [accounts] of the configuration names it",
        lambda shown: shown.account or None,
    ),
    "spend_limit": (
        "official percentage of a spend limit",
        lambda shown: shown.used(SPEND_LIMIT),
    ),
    "directory": ("name of the working directory", lambda shown: shown.hook.directory or None),
    "version": ("version of Claude Code", lambda shown: shown.hook.version or None),
}
"""What a template may name, each with what it means and how it is said."""
