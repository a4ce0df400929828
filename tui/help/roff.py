"""Sets the whole manual as a man page."""

from __future__ import annotations

from collections.abc import Iterator

from tui import __version__
from tui.help.blocks import Code, Page, Paragraph, Terms, Title
from tui.help.pages import ABOUT, command_page, page_names, synopsis
from tui.help.topics import topic_names, topic_page


def man_page() -> str:
    """Return the manual in roff, with the macros of man(7)."""
    lines = [
        f'.TH CCMON 1 "" "ccmon {__version__}" "User Commands"',
        ".SH NAME",
        "ccmon \\- " + _escaped(ABOUT),
        ".SH SYNOPSIS",
        *(f".B {_escaped(line)}\n.br" for line in synopsis()),
        ".SH COMMANDS",
    ]
    for name in page_names():
        lines += [f'.SS "ccmon {name}"', *_lines(command_page(name))]
    for name in topic_names():
        if name != "files":
            lines += [f'.SH "{name.upper()}"', *_lines(topic_page(name))]
    for title, page in _usual_sections():
        lines += [f'.SH "{title}"', *_lines(page)]
    return "\n".join(lines) + "\n"


def _usual_sections() -> Iterator[tuple[str, Page]]:
    """Yield the sections that readers of man pages look for, in their usual order."""
    from tui.live.keys import key_rows

    places, *between, environment = topic_page("files")
    yield "KEYS", (Terms(tuple((keys, f"{does} ({group})") for keys, does, group in key_rows())),)
    yield "EXIT STATUS", (_EXIT_STATUS,)
    yield "ENVIRONMENT", (environment,)
    yield "FILES", (places, *(each for each in between if not isinstance(each, Title)))
    yield "SEE ALSO", (Paragraph("ccmon help TOPIC, claude(1), jq(1)"),)


_EXIT_STATUS = Terms(
    (
        ("0", "all went well"),
        ("1", "failure: one sentence on standard error says what to do"),
        ("2", "wrong arguments, or a wrong configuration"),
        ("3", "service status: no service runs"),
        ("10, 11, 12, 20", "limits --check: warning, critical, hit, unknown"),
        ("130", "interrupted by Ctrl+C"),
    )
)


def _lines(page: Page) -> Iterator[str]:
    for block in page:
        if isinstance(block, Title):
            yield f".PP\n.B {_escaped(block.text)}"
        elif isinstance(block, Code):
            yield from (".PP", ".nf", ".RS 4", *map(_escaped, block.lines), ".RE", ".fi")
        elif isinstance(block, Terms):
            for term, text in block.rows:
                yield f".TP\n\\fB{_escaped(term)}\\fR\n{_escaped(text) or chr(92) + '&'}"
        else:
            yield f".PP\n{_escaped(block.text)}"


def _escaped(text: str) -> str:
    """Return a text that roff sets as it stands."""
    made = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti")
    made = made.replace("^", "\\(ha").replace("`", "\\(ga").replace("'", "\\(aq")
    return f"\\&{made}" if made.startswith((".", "'", "\\(aq")) else made
