"""Answers a question as before, where nothing has changed that its answer depends on."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Protocol

import msgspec
from msgspec.structs import replace

from engine.domain.digest import blake2b
from engine.domain.questions import Answer

if TYPE_CHECKING:
    from engine.domain.questions import Question
    from engine.reports.queries.basis import Basis

_WORTH_KEEPING = 0.02
"""Seconds; an answer that was made faster is made anew as fast as it is found."""
_OF_NOW = ("block", "hour")
"""Rows of these are other ones as time goes on, not only as days do."""


class Kept(Protocol):
    """Keeps answers by what was asked, each for one revision of what they were made of."""

    def revision(self) -> int:
        """Return the present revision."""

    def get(self, asked: str, revision: int) -> str | None:
        """Return an answer, `None` where none is kept for the revision."""

    def keep(self, asked: str, revision: int, text: str) -> None:
        """Keep an answer; it may be forgotten at any time."""


class Again(msgspec.Struct):
    """What was answered, and how it is kept for the next who asks, if it is worth that."""

    answer: Answer
    keep: Callable[[], None]


def answer_again(
    question: Question, basis: Basis, kept: Kept | None, make: Callable[[], Answer]
) -> Again:
    """Return the answer kept for a question at this revision, on this day; else make it.

    Whose a response was is nothing that a revision tells: of an account no answer is kept.
    `keep` is for after the moment in which the ledger is asked.
    """
    if kept is None or question.report.by in _OF_NOW:
        return Again(make(), _nothing)
    asked, revision = _asked(question, basis), kept.revision()
    text = kept.get(asked, revision)
    found = None if text is None else _decoded(text)
    if found is not None:
        return Again(replace(found, now=basis.now), _nothing)
    begun = time.monotonic()
    answer = make()
    if time.monotonic() - begun < _WORTH_KEEPING:
        return Again(answer, _nothing)
    return Again(answer, lambda: kept.keep(asked, revision, msgspec.json.encode(answer).decode()))


def _asked(question: Question, basis: Basis) -> str:
    """Return a name for all that an answer depends on beside the ledger."""
    said = (
        msgspec.json.encode(question).decode(),
        sorted(basis.scopes.items()),
        basis.zone_name,
        basis.week_start,
        basis.today.isoformat(),
        basis.home,
        Answer.__struct_fields__,
    )
    return blake2b(repr(said).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _decoded(text: str) -> Answer | None:
    try:
        return _decoder().decode(text)
    except msgspec.MsgspecError:
        return None  # of a ccmon that answers in another form


@cache
def _decoder() -> msgspec.json.Decoder[Answer]:
    return msgspec.json.Decoder(Answer)


def _nothing() -> None:
    """Keep nothing."""
