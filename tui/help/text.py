"""Sets a page of the manual as plain text of a width."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from tui.help.blocks import Code, Line, Page, Terms, Title

_INDENT = 2
_TERM_WIDTH = 26
_LEAST_TEXT = 30


def page_text(page: Page, width: int) -> str:
    """Return a page's text, its lines at most `width` cells where words allow it."""
    lines: list[str] = []
    for block in page:
        if isinstance(block, Title):
            lines += [block.text]
        elif isinstance(block, Line):
            lines += [block.text, ""]
        elif isinstance(block, Code):
            lines += [*(f"    {line}".rstrip() for line in block.lines), ""]
        elif isinstance(block, Terms):
            lines += [*_terms(block, width), ""]
        else:
            lines += [*_wrapped(block.text, width, _INDENT), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _terms(block: Terms, width: int) -> Iterator[str]:
    """Set terms in a column with the explanations beside them, or below where it is narrow."""
    longest = max(len(term) for term, _ in block.rows)
    column = _INDENT + min(longest, _TERM_WIDTH) + 2
    if width - column < _LEAST_TEXT:
        column = _INDENT * 3
    for term, text in block.rows:
        explained = _wrapped(text, width, column)
        if len(term) + _INDENT + 2 <= column and explained:
            explained[0] = f"{' ' * _INDENT}{term}".ljust(column) + explained[0].lstrip()
            yield from explained
        else:
            yield from _wrapped(term, width, _INDENT)
            yield from explained


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    return textwrap.wrap(
        text,
        width - 1,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
