"""Qwen Code: where its chats lie, and which of their lines are responses."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Lines, Place, Tokens, Told, Tree, Unreadable, counts
from engine.agents.claude.lines import text_of
from engine.agents.fields import take_records
from engine.domain.files import read_regular
from engine.domain.times import parse_time

_DIRECTORIES = ("chats", "subagents")


class Line(Struct, gc=False, rename="camel"):
    """One line of a chat."""

    uuid: Any = None
    session_id: Any = None
    timestamp: Any = None
    type: Any = None
    cwd: Any = None
    model: Any = None
    usage_metadata: Any = None
    agent_id: Any = None
    is_sidechain: Any = None
    forked_from: Any = None


class Settings(Struct, gc=False):
    """What a sub-agent was started with."""

    model: Any = None


_LINES = msgspec.json.Decoder(Line)
_SETTINGS = msgspec.json.Decoder(Settings)


class Qwen(Agent):
    """Chats below `~/.qwen`, one directory per project."""

    name = "qwen"
    title = "Qwen Code"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return where chats lie today, and where earlier ones do."""
        return Tree("projects", kind_of), Tree("tmp", kind_of)

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a chat on."""
        return Reader(place, told)


class Reader:
    """Reads a chat on (`engine.agents.base.Lines`); each line says all it means."""

    def __init__(self, place: Place, told: Told) -> None:
        self._place = place
        self._session = place.path.rpartition("/")[2].removesuffix(".jsonl")
        self._told = told

    def state(self) -> bytes:
        """Return nothing: no line needs another."""
        return b""

    def read(self, line: bytes, offset: int) -> None:
        """Take a finished line; raises `Unreadable`."""
        if b'"usageMetadata"' not in line:
            return
        take_records(line, _LINES, self._take)

    @cached_property
    def _model_of_sub_agent(self) -> str:
        """The model in the settings beside a sub-agent's chat, whose lines do not name it."""
        path = Path(self._place.root, self._place.path.removesuffix(".jsonl") + ".meta.json")
        try:
            return text_of(_SETTINGS.decode(read_regular(path)).model) or ""
        except (OSError, ValueError, RecursionError):
            return ""

    def _take(self, line: Line) -> None:
        if line.type != "assistant" or not isinstance(line.usage_metadata, dict):
            return
        time = parse_time(line.timestamp) if isinstance(line.timestamp, str) else None
        if time is None:
            raise Unreadable("a response without a time and zone")
        tokens, reasoning = _tokens(line.usage_metadata)
        source = line.forked_from if isinstance(line.forked_from, dict) else {}
        session = text_of(source.get("sessionId")) or text_of(line.session_id) or self._session
        sub_agent = text_of(line.agent_id) or ""
        self._told.see(
            text_of(line.uuid) or f"{session}:{time}:{tokens.total}",
            time=time,
            model=text_of(line.model) or self._model_of_sub_agent,
            tokens=tokens,
            session=session,
            directory=text_of(line.cwd) or "",
            reasoning=reasoning,
            is_sidechain=line.is_sidechain is True or bool(sub_agent),
            sub_agent=sub_agent,
        )


def _tokens(usage: dict[str, object]) -> tuple[Tokens, int]:
    """Return the counts in disjoint kinds, and which of the output is reasoning.

    Cached tokens are part of the prompt. Thoughts are part of the candidates where the
    total says so (OpenAI-like servers), else beside them (Gemini-like ones).
    """
    prompt, candidates, thoughts, cached, total = counts(
        usage,
        "promptTokenCount",
        "candidatesTokenCount",
        "thoughtsTokenCount",
        "cachedContentTokenCount",
        "totalTokenCount",
    )
    is_inside = thoughts <= candidates and total in (0, prompt + candidates)
    cached = min(cached, prompt)
    output = candidates if is_inside else candidates + thoughts
    return Tokens(prompt - cached, output, cached), thoughts


def kind_of(path: str) -> Kind | None:
    """Say how a file of the store grows."""
    is_chat = path.endswith(".jsonl") and any(f"/{each}/" in path for each in _DIRECTORIES)
    return "lines" if is_chat else None


AGENT = Qwen()
