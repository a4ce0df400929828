"""What doctor tells as the document of `ccmon doctor --json`."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import asdict

from engine.documents.encoding import dollars, iso
from engine.domain.found import Findings, Health, OwnFigures, RootFindings, RootHealth
from engine.domain.times import iso_time


class RootDocument(RootFindings, frozen=True, kw_only=True):
    """One root: what was read, and what Claude Code will delete when."""

    oldest_deleted_at: str | None


class OwnFiguresDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """Sessions of which Claude Code says what they cost, by its count and by ours, in USD."""

    sessions: int
    claude_code_cost: float
    total_cost: float


class HealthDocument(Findings, frozen=True, kw_only=True):
    """What `ccmon doctor --json` prints."""

    generated_at: str
    roots: list[RootDocument]
    first_response: str | None
    last_response: str | None
    versions: dict[str, str]
    own_figures: OwnFiguresDocument | None


def health_document(health: Health) -> HealthDocument:
    """Return what doctor tells as the document that scripts read."""
    return HealthDocument(
        **{
            **asdict(health),
            "generated_at": iso_time(health.generated_at),
            "first_response": iso(health.first_response),
            "last_response": iso(health.last_response),
            "roots": [_root(root) for root in health.roots],
            "versions": dict(health.versions),
            "own_figures": _own_figures(health.own_figures),
        }
    )


def _own_figures(own: OwnFigures | None) -> OwnFiguresDocument | None:
    if own is None:
        return None
    return OwnFiguresDocument(
        sessions=own.sessions,
        claude_code_cost=dollars(own.theirs),
        total_cost=dollars(own.ours),
    )


def _root(root: RootHealth) -> RootDocument:
    return RootDocument(**{**asdict(root), "oldest_deleted_at": iso(root.oldest_deleted_at)})
