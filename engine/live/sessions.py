"""The sessions at work: what the live screen says of each."""

from __future__ import annotations

from collections.abc import Mapping

from engine.agents.claude.open_sessions import SessionState
from engine.agents.claude.titles import Titles
from engine.aggregates.rates import BUSY, Context, SessionRate
from engine.aggregates.running_block import calm
from engine.aggregates.sessions import Group
from engine.aggregates.view import View
from engine.domain.contexts import bare_model, context_size
from engine.domain.responses import CLAUDE
from engine.domain.snapshots import SessionNow
from engine.ledger.live_source import LiveNames


class SessionMaker:
    """Makes the sessions of one view."""

    def __init__(
        self,
        view: View,
        names: LiveNames,
        titles: Titles,
    ) -> None:
        self._view = view
        self._names = names
        self._titles = titles
        self._contexts: Mapping[tuple[str, str], int] = {}
        self._sub_agents: Mapping[int, int] = {}

    def make(
        self,
        now: int,
        states: Mapping[str, SessionState],
        contexts: Mapping[tuple[str, str], int],
    ) -> tuple[SessionNow, ...]:
        """Return the sessions of the newest block at a moment, the one that wrote last first.

        `states` is what Claude Code says of open sessions, by name; `contexts` how long their
        contexts may be by the status line, by name and model.
        """
        self._contexts = contexts
        self._sub_agents = self._view.all_recents.running_agents(now)
        rates = self._view.all_recents.session_rates(calm(now))
        sessions = [
            self._session_now(session, group, rates.get(session, SessionRate()), states, now)
            for session, group in self._view.now_groups.items()
        ]
        sessions.sort(key=lambda session: (-session.last, session.session))
        return tuple(sessions)

    def _session_now(
        self,
        session: int,
        group: Group,
        rate: SessionRate,
        states: Mapping[str, SessionState],
        now: int,
    ) -> SessionNow:
        figures = group.tally.figures(self._names.model)
        last = figures.last or 0
        name = self._names.name("sessions", session)
        context = self._context(session)
        return SessionNow(
            session=name,
            title=self._titles.title(name),
            project=self._view.projects.label(self._view.projects.of(session)),
            models=tuple(part.name for part in group.tally.parts(self._names.model)),
            figures=figures,
            tokens_per_minute=rate.tokens_per_minute,
            cost_per_hour=rate.cost_per_hour,
            last=last,
            is_busy=now - last < BUSY,
            sub_agents=self._sub_agents.get(session, 0),
            state=states.get(name, ""),
            context_tokens=context.tokens if context is not None else None,
            context_share=self._context_share(name, context),
            is_compacted=context is not None and context.tokens is None,
            agent=self._names.agent_of_session(session),
        )

    def _context(self, session: int) -> Context | None:
        """Return a session's context; of another agent's nobody knows how long it may be."""
        if self._names.agent_of_session(session) != CLAUDE:
            return None
        return self._view.all_recents.contexts().get(session)

    def _context_share(self, name: str, context: Context | None) -> float | None:
        """Return how full a context is: one that was ever fuller than the usual is a large one."""
        if context is None or context.tokens is None:
            return None
        model = self._names.model(context.model)
        told = self._contexts.get((name, bare_model(model)))
        return context.tokens / context_size(model, told, context.longest)
