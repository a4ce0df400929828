"""Someone else's text, fit to be shown: never more than one line, and nothing that steers."""

from __future__ import annotations

import re

_BLANKS = r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+"
_WITHOUT_WIDTH = "[\ufe00-\ufe0f\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5]"


def plain(text: str) -> str:
    """Return someone else's text fit for one line of a terminal.

    Line breaks become spaces; what steers a terminal, turns the direction of writing or
    has no width that terminals agree on is left out.
    """
    if text.isascii() and text.isprintable():
        return text
    line = re.sub(_WITHOUT_WIDTH, "", re.sub(_BLANKS, " ", text))
    if line.isprintable():
        return line
    return "".join(sign for sign in line if sign.isprintable() or sign == "\u3000")
