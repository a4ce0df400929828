"""`ccmon session SESSION`: which session is asked for, by its id or the beginning of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.options.definition import Namespace, UsageError

if TYPE_CHECKING:
    from engine.domain.questions import Selection, SessionAnswer
    from engine.monitor import Monitor

_MOST_NAMED = 3


def one_session(options: Namespace) -> str | None:
    """Return the id of the one session that is asked for; raises `UsageError` for two."""
    if options.command != "session":
        return None
    first: str | None = options.session
    second: str | None = options.id
    if first is not None and second is not None:
        raise UsageError(f"Give one session, '{first}' or '{second}'.")
    return second if first is None else first


def find_session(
    monitor: Monitor, named: str, selection: Selection
) -> tuple[SessionAnswer | None, str]:
    """Return the session with an id, or with one that begins so; else which there are.

    It is shown whole, whatever days are asked for, but only if it is of what else is selected.
    """
    from msgspec.structs import replace

    from engine.domain.questions import Question, Selection

    found = monitor.answers.session(named, selection.mode)
    chosen = replace(selection, since=None, until=None)
    is_narrowed = chosen != Selection(mode=selection.mode)
    if found is not None and not is_narrowed:
        return found, ""
    asked = Question(kind="session", selection=chosen)
    known = [each.row.key for each in monitor.answers.answer(asked).rows]
    if found is not None:
        told = f"Session '{named}' has no response of what is asked for beside it."
        return (found, "") if named in known else (None, told)
    begun = [name for name in known if name.startswith(named)] if named else []
    if len(begun) == 1:
        return monitor.answers.session(begun[0], selection.mode), ""
    if begun:
        names = ", ".join(begun[:_MOST_NAMED])
        more = f" and {len(begun) - _MOST_NAMED} more" if len(begun) > _MOST_NAMED else ""
        return None, f"'{named}' begins the ids of several sessions: {names}{more}."
    from difflib import get_close_matches

    near = get_close_matches(named, known, _MOST_NAMED)
    hint = f"did you mean {' or '.join(near)}?" if near else "ccmon session lists them."
    return None, f"There is no session '{named}': {hint}"
