"""What one thing that can be asked is: its path, its document, its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from msgspec import Struct

from engine.domain.times import MINUTE
from engine.service.kept import RestsOn
from engine.service.parameters import Parameter
from engine.service.source import Said, Source

API = "/api/v1"


class Asked(NamedTuple):
    """One request: what its query says, and what its path names."""

    said: Said
    named: Mapping[str, str]


class Endpoint(NamedTuple):
    """One thing that can be asked with `GET`."""

    path: str
    """Behind `/api/v1`."""
    name: str
    summary: str
    document: type[Struct]
    answer: Callable[[Source, Asked], object]
    parameters: tuple[Parameter, ...] = ()
    lasts: int = MINUTE
    """Milliseconds for which an answer may be given again while what it rests on stays as it is."""
    rests_on: RestsOn = "both"
