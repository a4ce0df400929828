"""What cannot be answered, as RFC 9457 has it: a status and one sentence."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from msgspec import Struct

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that cannot be answered; its text is one sentence for who asked."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class ProblemDocument(Struct, frozen=True):
    """What is answered instead; `detail` is a sentence that says what would be right."""

    status: int
    title: str
    detail: str
    type: str = "about:blank"


def problem_body(status: int, sentence: str) -> bytes:
    """Return the body of an answer that says what is wrong."""
    return msgspec.json.encode(ProblemDocument(status, HTTPStatus(status).phrase, sentence))
