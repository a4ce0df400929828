"""Whether the input that a request says holds the cache, which differs by maker and version.

Cline has the cache apart, but for some providers. Roo Code and Kilo Code have it inside
wherever they speak OpenAI's protocol, and for Anthropic's since a release of November 2025.
Whatever is said, an input smaller than its cache can only be the rest.
"""

from __future__ import annotations

from msgspec import Struct

from engine.agents.base import Tokens
from engine.domain.times import parse_time

_WHOLE_IN_CLINE = frozenset(
    {"openai", "litellm", "doubao", "fireworks", "hicap", "lmstudio", "qwen", "xai", "zai"}
)
"""Providers of Cline whose input holds the cache."""
_OF_ANTHROPIC = frozenset({"anthropic", "claude-code", "bedrock"})
"""Providers of Roo Code and Kilo Code that are asked by Anthropic's protocol."""
_WHOLE_SINCE = {
    "roo": parse_time("2025-11-01T00:00:00Z") or 0,
    "kilo-code": parse_time("2025-11-12T00:00:00Z") or 0,
}
"""When the release came since which the input is whole for Anthropic's protocol too: Roo Code
3.29.5 and Kilo Code 4.119.0."""


class Asked(Struct):
    """A request: what it says it took, and whom it asked when."""

    given: int
    output: int
    cache_read: int
    cache_write: int
    time: int
    protocol: str
    """`anthropic`, `openai`, or empty where the version says neither."""
    provider: str
    model: str

    @property
    def is_rest(self) -> bool:
        """Whether the input cannot hold the cache."""
        return self.given < self.cache_read + self.cache_write

    @property
    def tokens(self) -> Tokens:
        """The tokens with the input as it is said."""
        return Tokens(self.given, self.output, self.cache_read, self.cache_write)


def tokens_of(asked: Asked, agent: str, last_rest: int) -> Tokens:
    """Return the disjoint tokens of a request.

    `last_rest` is when the task's last request was whose input was a rest: what came before was
    written by the same version, or an older one.
    """
    tokens = asked.tokens
    if asked.is_rest or not _is_whole(asked, agent, last_rest):
        return tokens
    plain = asked.given - asked.cache_read - asked.cache_write
    return Tokens(plain, tokens.output, tokens.cache_read, tokens.cache_write_5m)


def _is_whole(asked: Asked, agent: str, last_rest: int) -> bool:
    if agent not in _WHOLE_SINCE:
        return asked.provider in _WHOLE_IN_CLINE
    protocol = asked.protocol or _protocol(asked)
    if protocol == "anthropic":
        return asked.time >= _WHOLE_SINCE[agent] and asked.time > last_rest
    return protocol == "openai"


def _protocol(asked: Asked) -> str:
    """Return the protocol that goes with provider and model, empty where neither is known."""
    if asked.provider:
        is_claude = asked.provider == "vertex" and asked.model.startswith("claude")
        return "anthropic" if asked.provider in _OF_ANTHROPIC or is_claude else "openai"
    if not asked.model:
        return ""
    return "anthropic" if asked.model.startswith("claude") else "openai"
