"""Questions that people ask again and again, put so that the tools answer them."""

from __future__ import annotations

from typing import NamedTuple

from engine.domain.mistakes import SettingsError


class Prompt(NamedTuple):
    """One question; `{…}` in its text are its arguments."""

    name: str
    title: str
    description: str
    text: str
    arguments: tuple[tuple[str, str], ...] = ()
    """Names, and what each is; all are needed."""


PROMPTS = (
    Prompt(
        "weekly_review",
        "Weekly review",
        "what the last seven days went on, against the week before",
        "Review my usage of coding agents over the last seven days. Ask `compare` for last-week"
        " and this-week, `daily` since 7d, `session` since 7d with limit 10, and `limits`."
        " Say in at most ten lines: what it cost and how that changed, which days, projects and"
        " models it went on, what was unusual, and whether my limits will last. Take every figure"
        " from the tools, and say of estimates that they are estimates.",
    ),
    Prompt(
        "why_expensive",
        "Why was this session expensive?",
        "what one session's cost is made of",
        "Explain what session {session} cost. Ask `session` for it (its sessionId is or begins with"
        " that) and `prices` for its models. Say which kinds of tokens (input, output, cache write,"
        " cache read) of which models make up the cost, how it compares with my other sessions, and"
        " what would have made it cheaper. Take every figure from the tools.",
        (("session", "a session's id, or how it begins"),),
    ),
)


def prompt_text(prompt: Prompt, given: dict[str, str]) -> str:
    """Return a prompt with its arguments; raises `SettingsError` where one is missing."""
    for name, help in prompt.arguments:
        if not given.get(name, "").strip():
            raise SettingsError(f"'{name}' is missing: give {help}.")
    known = {name: " ".join(given[name].split()) for name, _ in prompt.arguments}
    return prompt.text.format(**known)
