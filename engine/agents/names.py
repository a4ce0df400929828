"""What coding agents are called, on the command line and by people."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from engine.agents.catalog import LISTED
from engine.agents.packages import packaged
from engine.domain.mistakes import SettingsError
from engine.domain.responses import CLAUDE

_TITLES = {CLAUDE: "Claude Code", **{listed.name: listed.title for listed in LISTED}}


def names_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names in texts such as `codex` and `claude,gemini`, each once."""
    words = (word.strip().lower() for text in texts for word in text.split(","))
    return tuple(dict.fromkeys(filter(None, words)))


def check_agents(texts: Iterable[str]) -> None:
    """Raise `SettingsError` where a name is not an agent's."""
    for name in names_of(texts):
        if not is_agent(name):
            from engine.domain.typed.numbers import nearest

            near = nearest(name, (*_TITLES, *_packaged()), "ccmon agents --all lists them all.")
            raise SettingsError(f"There is no agent '{name}': {near}")


def is_agent(name: str) -> bool:
    """Say whether a name is that of an agent that ccmon, or an installed package, can read."""
    return name in _TITLES or name in _packaged()


def titles() -> tuple[tuple[str, str], ...]:
    """Return name and title of every agent that comes with ccmon, Claude Code first."""
    return tuple(_TITLES.items())


def problem_of(name: str) -> str:
    """Return why what an agent keeps cannot be counted, empty where it can."""
    return next((listed.problem for listed in LISTED if listed.name == name), "")


def title_of(name: str) -> str:
    """Return what people call an agent; a name that nobody knows as it is."""
    return _TITLES.get(name) or _packaged().get(name, name)


@cache
def _packaged() -> dict[str, str]:
    return {listed.name: listed.title for listed in packaged()}
