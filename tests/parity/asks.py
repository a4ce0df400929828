"""What both programs are asked: one report with its flags, in one zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Command = Literal["daily", "weekly", "monthly", "session", "blocks"]
COMMANDS: tuple[Command, ...] = ("daily", "weekly", "monthly", "session", "blocks")
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati")


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One report, asked for; days are written `20261101`."""

    command: Command
    zone: str = "UTC"
    mode: Literal["auto", "calculate", "display"] | None = None
    since: str | None = None
    until: str | None = None
    last: int | None = None
    project: str | None = None
    is_by_project: bool = False
    is_with_breakdown: bool = False
    is_without_cost: bool = False
    order: Literal["asc", "desc"] | None = None
    week_start: Literal["monday", "sunday"] = "monday"
    is_active: bool = False
    is_recent: bool = False
    limit: str | None = None
    length: str | None = None
    """Hours, as typed."""
    session: str | None = None

    def arguments(self) -> list[str]:
        """Return the words both programs are given, without those that only one needs."""
        words: list[str] = [self.command]
        named = {
            "--mode": self.mode,
            "--since": self.since,
            "--until": self.until,
            "--last": self.last,
            "--order": self.order,
            "--id": self.session,
            "--session-length": self.length,
            "--token-limit": self.limit,
            "--start-of-week": self.week_start if self.command == "weekly" else None,
        }
        for name, value in named.items():
            words += [] if value is None else [name, str(value)]
        if self.project is not None:
            words.append(f"--project={self.project}")
        flags = {
            "--instances": self.is_by_project,
            "--breakdown": self.is_with_breakdown,
            "--no-cost": self.is_without_cost,
            "--active": self.is_active,
            "--recent": self.is_recent,
        }
        return words + [name for name, is_given in flags.items() if is_given]

    def __str__(self) -> str:
        return " ".join((*self.arguments(), f"[{self.zone}]"))


def asks_of(days: Sequence[str], projects: Sequence[str], sessions: Sequence[str]) -> list[Ask]:
    """Return every command with every flag in every zone, about what a dataset has.

    `days` are written `20261101`.
    """
    return [
        Ask(command=command, zone=zone, **flags)
        for zone in ZONES
        for command in COMMANDS
        for flags in (*_common(days), *_own(command, projects, sessions))
    ]


def _common(days: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield flags that every command has."""
    yield {}
    for mode in ("auto", "calculate", "display"):
        yield {"mode": mode}
    for order in ("asc", "desc"):
        yield {"order": order}
    yield {"is_without_cost": True}
    yield {"is_with_breakdown": True}
    if days:
        middle = days[len(days) // 2]
        yield {"since": middle}
        yield {"until": middle}
        yield {"since": days[0], "until": middle, "mode": "calculate"}
        yield {"since": middle, "until": middle, "order": "desc"}


def _own(
    command: Command, projects: Sequence[str], sessions: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield flags that few commands have."""
    if command in ("daily", "weekly", "monthly"):
        yield from ({"last": count} for count in (1, 3, 500))
    if command == "daily":
        yield {"is_by_project": True}
        yield {"is_by_project": True, "order": "desc", "mode": "calculate"}
        # Without `--instances` ccmon narrows to a project of working directories, not to theirs.
        yield from ({"project": project, "is_by_project": True} for project in projects)
    elif command == "weekly":
        yield from ({"week_start": "sunday", **more} for more in ({}, {"order": "desc"}))
    elif command == "session":
        yield from ({"session": session} for session in sessions)
        yield from ({"session": session, "mode": "calculate"} for session in sessions[:1])
    elif command == "blocks":
        yield {"is_active": True}
        yield {"is_recent": True}
        yield from ({"limit": limit} for limit in ("max", "500000", "500k"))
        yield {"limit": "max", "is_active": True}
        yield {"limit": "max", "is_recent": True}
        yield from ({"length": length} for length in ("3", "2.5", "1.25"))
        yield {"length": "2.5", "order": "desc"}
