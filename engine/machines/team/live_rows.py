"""What a live view reads of a team's database (`engine.ledger.live_source.LiveRows`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.domain.chosen import Chosen
from engine.domain.responses import Tokens
from engine.domain.slots import slot_bounds
from engine.domain.sums import AgentSums, SessionSums, SlotSums, Sums
from engine.domain.times import DAY
from engine.ledger.rows import Booked, Recent, Where
from engine.machines.team.columns import key_of
from engine.machines.team.conditions import condition_of
from engine.machines.team.feed import TeamFeed, agents_shown
from engine.machines.team.names import TeamNames
from engine.machines.team.session_sums import session_sums

_COUNTED = "FILTER (WHERE responses > 0)"
_SUMS = (
    "sum(responses), sum(unpriced), sum(input), sum(output), sum(cache_read),"
    " sum(cache_write_5m), sum(cache_write_1h), sum(cost),"
    f" coalesce(min(first) {_COUNTED}, 0), coalesce(max(last) {_COUNTED}, 0), sum(reasoning)"
)
_SUMS_OF_RESPONSES = (
    "count(*), sum((recorded IS NULL AND calculated IS NULL)::int), sum(input), sum(output),"
    " sum(cache_read), sum(cache_write_5m), sum(cache_write_1h),"
    " sum(coalesce(recorded, calculated, 0)), min(time), max(time), sum(reasoning)"
)
_PROMPT = "input + cache_read + cache_write_5m + cache_write_1h"
_SESSION = ("session", "agent", "person")
_OF_SESSION = "session = %s AND agent = %s AND person = %s"


class TeamLive:
    """A team's database as what a live view reads of some agents, of all for none named."""

    first_reach = 2 * DAY
    """What is needed of a first picture; all of history comes after it."""

    def __init__(self, feed: TeamFeed, agents: Sequence[str]) -> None:
        self._feed = feed
        self.agents = agents_shown(feed, agents)
        self.rows = TeamRows(feed, self.agents)

    @property
    def names(self) -> TeamNames:
        """What numbers are called."""
        return self._feed.names

    def revision(self) -> int:
        """Return the feed's revision."""
        return self._feed.revision


class TeamRows:
    """Reads some agents' rows; numbers are those of the feed's names."""

    def __init__(self, feed: TeamFeed, agents: Sequence[str]) -> None:
        self._feed = feed
        self._names = feed.names
        self._agents = list(agents)
        self._recent: set[int] = set()
        """Which responses `recent` told last."""

    def slot_rows(self, since: int, first: int = 0, /) -> list[SlotSums]:
        """Return sums of slots, from one on, that changed after a revision, in order of slots."""
        condition, values = "slot >= %s", [first]
        if since:
            condition, values = "slot = ANY(%s)", [sorted(self._feed.since(since).slots)]  # type: ignore[list-item]
        of = ", ".join(self._names.model_columns)
        rows = self._feed.ask(
            f"SELECT slot, {of}, {_SUMS} FROM ccmon.buckets WHERE agent = ANY(%s)"
            f" AND person = ANY(%s) AND {condition} GROUP BY slot, {of} ORDER BY slot",
            (self._agents, self._feed.people, *values),
        )
        return [SlotSums(row[0], *self._summed(row[1:])) for row in rows]

    def session_rows(self, since: int = 0, /) -> list[SessionSums]:
        """Return sums of sessions that changed after a revision, each session's in a row."""
        condition, values = "true", list[Any]()
        if since:
            condition, values = "session = ANY(%s)", [sorted(self._feed.since(since).sessions)]
        of, told = ", ".join(self._names.model_columns), ", ".join(_SESSION)
        keys = ", ".join(dict.fromkeys((*_SESSION, "directory", *self._names.model_columns)))
        rows = self._feed.ask(
            f"SELECT {told}, directory, {of}, {_SUMS} FROM ccmon.session_totals"
            f" WHERE agent = ANY(%s) AND {condition} GROUP BY {keys} ORDER BY {told}",
            (self._agents, *values),
        )
        return list(map(self._of_session, rows))

    def session_rows_between(self, first: int, before: int) -> list[SessionSums]:
        """Return sums of sessions in a range of slots."""
        return self._sessions(Chosen(first=first, before=before))

    def session_rows_where(self, column: Where, numbers: Sequence[int]) -> list[SessionSums]:
        """Return the sums of some sessions, of workplaces' sessions, or of models."""
        return self._sessions(_chosen(column, numbers))

    def session_rows_within(self, start: int, end: int) -> list[SessionSums]:
        """Return sums of sessions from a time up to another, to the response."""
        models = ", ".join(
            f"{key_of('model')} AS model" if each == "model" else each
            for each in self._names.model_columns
        )
        keys = dict.fromkeys((*_SESSION, "directory", *self._names.model_columns))
        of = ", ".join(key_of("model") if each == "model" else each for each in keys)
        rows = self._feed.ask(
            f"SELECT {', '.join(_SESSION)}, directory, {models}, {_SUMS_OF_RESPONSES}"
            " FROM ccmon.responses"
            f" WHERE agent = ANY(%s) AND time >= {start} AND time < {end} GROUP BY {of}",
            (self._agents,),
        )
        return list(map(self._of_session, rows))

    def _sessions(self, chosen: Chosen) -> list[SessionSums]:
        source, values = session_sums(chosen, None, self._agents, self._names)
        of, told = ", ".join(self._names.model_columns), ", ".join(_SESSION)
        keys = ", ".join(dict.fromkeys((*_SESSION, "directory", *self._names.model_columns)))
        rows = self._feed.ask(
            f"SELECT {told}, directory, {of}, {_SUMS} FROM {source} each GROUP BY {keys}", values
        )
        return list(map(self._of_session, rows))

    def bucket_rows_of_session(self, session: int) -> list[SlotSums]:
        """Return the sums of one session's slots."""
        return self._slots(Chosen(sessions=(session,)))

    def bucket_rows_where(self, column: Where, numbers: Sequence[int]) -> list[SlotSums]:
        """Return the sums of the slots of some sessions, of workplaces' sessions, or of models."""
        return self._slots(_chosen(column, numbers))

    def _slots(self, chosen: Chosen) -> list[SlotSums]:
        condition, values = condition_of(chosen, "buckets", self._agents, self._names)
        of = ", ".join(self._names.model_columns)
        rows = self._feed.ask(
            f"SELECT slot, {of}, {_SUMS} FROM ccmon.buckets WHERE {condition} GROUP BY slot, {of}"
            " ORDER BY slot",
            values,
        )
        return [SlotSums(row[0], *self._summed(row[1:])) for row in rows]

    def session_workplaces(self, since: int = 0, /) -> list[tuple[int, int]]:
        """Return sessions with where they work that came to be known after a revision."""
        condition, values = "true", list[Any]()
        if since:
            condition, values = "session = ANY(%s)", [sorted(self._feed.since(since).sessions)]
        rows = self._feed.ask(
            f"SELECT {', '.join(_SESSION)}, workplace, is_name FROM ccmon.sessions"
            f" WHERE agent = ANY(%s) AND {condition}",
            (self._agents, *values),
        )
        names = self._names
        return [
            (names.number("sessions", *row[:3]), names.workplace_number(*row[3:])) for row in rows
        ]

    def workplaces(self) -> dict[int, tuple[str, bool]]:
        """Return all workplaces met: path, and whether it is but the name of a directory."""
        return self._names.workplaces()

    def session_counts(self, ranges: list[tuple[int, int]]) -> list[int]:
        """Return the number of sessions with responses in each range of slots, in order.

        The ranges begin one after another; what comes after the last is not counted.
        """
        if not ranges:
            return []
        order = sorted(range(len(ranges)), key=lambda place: ranges[place])
        begins = [ranges[place][0] for place in order]
        rows = self._feed.ask(
            "WITH spans AS MATERIALIZED (SELECT person, agent, session,"
            " width_bucket(first, %(times)s::bigint[]) AS begun,"
            " width_bucket(last, %(times)s::bigint[]) AS over FROM ccmon.session_spans"
            " WHERE agent = ANY(%(agents)s) AND responses > 0)"
            " SELECT begun, count(*) FROM spans WHERE begun = over GROUP BY 1 UNION ALL"
            " SELECT at, count(*) FROM (SELECT DISTINCT b.person, b.agent, b.session,"
            "  width_bucket(slot, %(slots)s::bigint[]) AS at FROM spans JOIN ccmon.buckets b"
            "  USING (person, agent, session) WHERE begun <> over AND b.responses > 0"
            "  AND slot < %(end)s) each GROUP BY 1",
            {
                "times": [slot_bounds(slot)[0] for slot in begins],
                "slots": begins,
                "agents": self._agents,
                "end": max(before for _, before in ranges),
            },
        )
        counts = [0] * len(ranges)
        for at, count in rows:
            if at:
                counts[order[at - 1]] += count
        return counts

    def recent(self, start: int, since: int) -> dict[int, Recent]:
        """Return responses from a time on, by id; those that left since the last call are void."""
        of = ", ".join(
            key_of("model") if each == "model" else each for each in self._names.model_columns
        )
        rows = self._feed.ask(
            "SELECT id, person, time, session, agent, is_sidechain, sub_agent,"
            f" {_PROMPT} + output, input + output, coalesce(recorded, calculated, 0),"
            f" CASE WHEN context < 0 THEN {_PROMPT} ELSE context END, {of}"
            f" FROM ccmon.responses WHERE agent = ANY(%s) AND time >= {start}",
            (self._agents,),
        )
        names, found = self._names, dict[int, Recent]()
        for id_, person, time, session, agent, is_side, sub_agent, *rest in rows:
            tokens, plain, cost, context = rest[:4]
            found[hash((person, id_))] = Recent(
                time=time,
                session=names.number("sessions", session, agent, person),
                model=names.model_number(*rest[4:]),
                agent=names.number("agents", sub_agent) if is_side else 0,
                tokens=tokens,
                plain_tokens=plain,
                cost=cost,
                is_counted=1,
                context=context,
            )
        if since:
            for gone in self._recent - found.keys():
                found[gone] = Recent(start, 0, 0, 0, 0, 0, 0, 0)
        self._recent = {key for key, each in found.items() if each.is_counted}
        return found

    def responses_of(self, session: int, most: int) -> list[Booked]:
        """Return the newest responses of a session, newest first."""
        names = self._names
        of = ", ".join(key_of("model") if each == "model" else each for each in names.model_columns)
        rows = self._feed.ask(
            "SELECT time, directory, sub_agent, is_sidechain, input, output, cache_read,"
            f" cache_write_5m, cache_write_1h, coalesce(recorded, calculated), {of}"
            f" FROM ccmon.responses WHERE {_OF_SESSION} ORDER BY time DESC, id LIMIT {most}",
            names.row("sessions", session),
        )
        return [
            Booked(
                row[0],
                session,
                names.number("projects", row[1]),
                names.model_number(*row[10:]),
                names.number("agents", row[2]),
                row[3],
                Tokens(*row[4:9]),
                row[9],
            )
            for row in rows
        ]

    def agents_of(self, session: int) -> list[AgentSums]:
        """Return the sums of a session's sub-agents."""
        names = self._names
        of = ", ".join(key_of("model") if each == "model" else each for each in names.model_columns)
        rows = self._feed.ask(
            f"SELECT sub_agent, {of}, {_SUMS_OF_RESPONSES} FROM ccmon.responses"
            f" WHERE {_OF_SESSION} AND is_sidechain GROUP BY sub_agent, {of}",
            names.row("sessions", session),
        )
        return [AgentSums(names.number("agents", row[0]), *self._summed(row[1:])) for row in rows]

    def transcripts_of(self, _roots: list[str], _sessions: Iterable[str], /) -> dict[str, str]:
        """Return none: transcripts stay where they are."""
        return {}

    def transcripts(self, _roots: list[str], _projects: list[str], _name: str, /) -> list[str]:
        """Return none: transcripts stay where they are."""
        return []

    def _of_session(self, row: tuple[Any, ...]) -> SessionSums:
        names = self._names
        session = names.number("sessions", *row[:3])
        return SessionSums(session, names.number("projects", row[3]), *self._summed(row[4:]))

    def _summed(self, row: tuple[Any, ...]) -> tuple[int, Sums]:
        """Return the model's number and the sums of a row that has nothing else."""
        of = len(self._names.model_columns)
        return self._names.model_number(*row[:of]), Sums._make(map(int, row[of:]))


def _chosen(column: Where, numbers: Sequence[int]) -> Chosen:
    listed = tuple(numbers)
    return {
        "session": Chosen(sessions=listed),
        "workplace": Chosen(workplaces=listed),
        "model": Chosen(models=listed),
    }[column]
