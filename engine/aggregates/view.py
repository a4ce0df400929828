"""What one monitor holds of the ledger in memory, kept up to date row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from threading import RLock

from engine.aggregates.blocks import Blocks
from engine.aggregates.history import History
from engine.aggregates.owned import Owned, Use
from engine.aggregates.projects import Projects
from engine.aggregates.rates import Recents
from engine.aggregates.sessions import Group, Sessions, group_by
from engine.aggregates.sleeps import Sleeps
from engine.aggregates.true_window import Anchor, Running, TrueSpan
from engine.domain.owners import Held
from engine.domain.responses import CLAUDE
from engine.domain.slots import slot_of
from engine.domain.sums import SessionSums, SlotSums
from engine.domain.times import DAY, HOUR
from engine.ledger.live_source import LiveRows
from engine.ledger.owned_rows import OwnedReader

HeldParts = tuple[Held, ...] | None
"""What is the present owner's; `None` where that is everything."""

FIRST_REACH = 40 * DAY
"""History that a first snapshot needs: this month, 30 days, the present block."""
_OWNERS = 4
"""So many owners' use is kept in memory: who works for two answers for both in turn."""


class View:
    """History, blocks, sessions and recent responses of one scope.

    It is loaded once, then `pull` brings in what changed in the ledger, whoever wrote it.
    One thread loads and pulls. It reads the ledger first and takes `lock` only to change
    what is in memory, so who draws under that lock never waits for the ledger.
    """

    def __init__(
        self,
        reader: LiveRows,
        agents: Sequence[str],
        agent_of: Callable[[int], str],
        zone: tzinfo,
        clock: Callable[[], int],
        lock: RLock,
        reader_of: Callable[[tuple[Held, ...]], OwnedReader],
        sleeps: Sleeps,
        anchor: Anchor | None = None,
        held: HeldParts = None,
        home: str = "",
        first_reach: int = FIRST_REACH,
    ) -> None:
        """`agents` are those whose scopes are read, `agent_of` says whose a model is.

        `anchor` is the present owner's true window, `held` what is that owner's, `reader_of`
        reads what is held. `home` is that of the user, below which worktrees are of no repository.
        A first snapshot reads `first_reach` milliseconds back.
        """
        self.history = History(zone)
        self.agent = CLAUDE if CLAUDE in agents or not agents else agents[0]
        """Whose blocks, window and rates are shown as those of now."""
        self.agents = tuple(dict.fromkeys((self.agent, *agents)))
        """All whose responses are in view."""
        self._histories = dict.fromkeys(self.agents, self.history)
        if len(self.agents) > 1:
            self._histories = {agent: History(zone) for agent in self.agents}
        self.blocks_by_agent = {
            agent: Blocks(history) for agent, history in self._histories.items()
        }
        self.sessions = Sessions()
        self.projects = Projects(home)
        self.recents = Recents(sleeps)
        """Of `agent` alone."""
        self.all_recents = self.recents if len(self.agents) == 1 else Recents(sleeps)
        """Of all agents."""
        self.now_groups: dict[int, Group] = {}
        """Sessions of the true window, else of the newest block."""
        self.anchor = anchor if self.agent == CLAUDE else None
        """The true window of Claude Code's plan: other agents' accounts are their own."""
        self.held = held if self.agent == CLAUDE else None
        self.lock = lock
        self.revision = 0
        self.is_whole = False
        """Whether all of history is here, not only its newest part."""
        self._reader = reader
        self._agent_of = agent_of
        self._clock = clock
        self._first_reach = first_reach
        self._recents_from = 0
        self._true: TrueSpan | None = None
        self._reader_of, self._sleeps = reader_of, sleeps
        self._first = 0
        """The first slot that is here."""
        self._owned: dict[tuple[Held, ...], Owned] = {}
        self._present: Owned | None = None
        """The present owner's use, where there are others."""

    @property
    def blocks(self) -> Blocks:
        """The blocks of `agent`."""
        return self.blocks_by_agent[self.agent]

    @property
    def own(self) -> Use:
        """What the present owner used of `agent`: all of it where there is no other owner."""
        if self._present is not None:
            return self._present.use
        return Use(self.history_of(self.agent), self.blocks, self.recents)

    def history_of(self, agent: str) -> History:
        """Return the history of one agent in view."""
        return self._histories[agent]

    @property
    def used_agents(self) -> tuple[str, ...]:
        """The agents in view that have responses, at least the one whose blocks are shown."""
        used = [agent for agent, history in self._histories.items() if history.responses]
        return tuple(used) or (self.agent,)

    def load(self, revision: int, *, is_whole: bool) -> None:
        """Bring in all of history, or the newest part that a first snapshot needs."""
        self._first = 0 if is_whole else slot_of(max(self._clock() - self._first_reach, 0))
        self._update(self._reader.slot_rows(0, self._first))
        self.projects.learn(self._reader.session_workplaces(), self._reader.workplaces())
        if is_whole:
            self.sessions.update(self._reader.session_rows())
            self.history.days()
        self.is_whole = is_whole
        self._pull_recents(None, revision)
        self.revision = revision

    def pull(self, revision: int) -> bool:
        """Bring in what changed up to a revision; return whether anything did."""
        if revision == self.revision:
            return False
        slots = list(self._reader.slot_rows(self.revision))
        sessions = list(self._reader.session_rows(self.revision)) if self.is_whole else []
        moved = self._reader.session_workplaces(self.revision)
        workplaces = self._reader.workplaces() if moved else {}
        with self.lock:
            self.projects.learn(moved, workplaces)
            changed = self._update(slots)
            self.sessions.update(sessions)
        if changed is not None:
            self._pull_recents(changed, revision)
            is_news = True
        else:
            is_news = self._pull_compactions()
        self.revision = revision
        return is_news

    def _update(self, rows: Iterable[SlotSums]) -> int | None:
        """Bring rows into history and blocks; return the earliest slot that changed."""
        if len(self.agents) == 1:
            changed = self.history.update(rows)
            self.blocks.update(changed)
            return changed
        rows = list(rows)
        changed = self.history.update(rows)
        apart: dict[str, list[SlotSums]] = {}
        for row in rows:
            apart.setdefault(self._agent_of(row.model), []).append(row)
        for agent, own in apart.items():
            self.blocks_by_agent[agent].update(self._histories[agent].update(own))
        return changed

    def put_anchor(self, anchor: Anchor | None, held: HeldParts = None) -> bool:
        """Follow another true window or owner; say whether that is new."""
        if self.agent != CLAUDE or (anchor, held) == (self.anchor, self.held):
            return False
        self.anchor, self.held = anchor, held
        self._pull_recents(None, self.revision)
        return True

    def _bring_in(self, held: tuple[Held, ...], revision: int) -> Owned:
        """Return what an owner used, as of a revision; the last few owners are remembered."""
        owned = self._owned.pop(held, None)
        if owned is None:
            reader = self._reader_of(held)
            owned = Owned(reader, self.history.zone, self._first, self.lock, self._sleeps)
            while len(self._owned) >= _OWNERS:
                self._owned.pop(next(iter(self._owned)))
        owned.pull(revision)
        self._owned[held] = owned
        return owned

    def running(self, now: int) -> Running | None:
        """Return the present owner's window that is running: the true one where it is known."""
        true = self._true
        if true is not None and true.holds(now):
            return true if true.has_begun else None
        return self.own.blocks.active(now)

    def _pull_recents(self, changed: int | None, revision: int) -> None:
        """Follow the responses and sessions of the true window, else of the newest block.

        Where something older changed, a response may have moved there: all are read anew.
        """
        now = self._clock()
        owned = self._bring_in(self.held, revision) if self.held is not None else None
        anchor = self.anchor if self.anchor and self.anchor.is_in_force(now) else None
        block = (owned.use.blocks if owned is not None else self.blocks).newest(now)
        if anchor is None and block is None:
            with self.lock:
                self._true, self._present = None, owned
            return
        true = None
        if anchor is not None:
            rows = (owned or self._reader).session_rows_within(anchor.start, anchor.end)
            true = TrueSpan(anchor, [row for row in rows if self._is_own(row.model)])
            begun = true.start
        elif block is not None:
            begun = block.start
            if owned is not None:
                rows = owned.session_rows_within(begun, block.last + 1)
            else:
                rows = self._reader.session_rows_between(block.first_slot, block.last_slot + 1)
        groups = _by_session(rows)
        if owned is not None:
            begun, others = self._since_of_all(begun, now)
            groups = {**others, **groups}
        start = begun - HOUR
        is_older = changed is None or changed < slot_of(start)
        if owned is not None:
            owned.follow(start, revision, is_anew=is_older)
        is_anew = is_older or start != self._recents_from
        recent = self._reader.recent(start, 0 if is_anew else self.revision)
        with self.lock:
            if is_anew:
                self.recents.clear()
                self.all_recents.clear()
            self._recents_from = start
            self.all_recents.update(recent)
            if self.recents is not self.all_recents:
                own_recent = {id_: each for id_, each in recent.items() if self._is_own(each.model)}
                self.recents.update(own_recent)
            self.now_groups = groups
            self._true, self._present = true, owned

    def _pull_compactions(self) -> bool:
        """Follow what is not a response and changes no sum; return whether there was any."""
        if not self._recents_from:
            return False
        recent = self._reader.recent(self._recents_from, self.revision)
        with self.lock:
            self.all_recents.update(recent)
        return bool(recent)

    def _since_of_all(self, begun: int, now: int) -> tuple[int, dict[int, Group]]:
        """Return since when all owners are at work, and all sessions since then."""
        every = self.blocks.newest(now)
        since = min(begun, every.start) if every is not None else begun
        return since, _by_session(self._reader.session_rows_within(since, now + HOUR))

    def _is_own(self, model: int) -> bool:
        return len(self.agents) == 1 or self._agent_of(model) == self.agent

    def newest(self) -> int | None:
        """Return when the newest response came."""
        order = self.history.order
        return self.history.span_of(order[-1])[1] if order else None

    def span(self) -> tuple[int | None, int | None]:
        """Return when the first and the newest response came."""
        order = self.history.order
        return (self.history.span_of(order[0])[0] if order else None, self.newest())


def _by_session(rows: list[SessionSums]) -> dict[int, Group]:
    """Group rows by session, empty ones left out."""
    parts = ((row.key, row.sums) for row in rows if row.sums.responses)
    return group_by(parts, lambda key: key[0])
