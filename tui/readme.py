"""Writes the README's tables of keys, options and themes from the code.

    python -m tui.readme

A test checks that the README holds what this makes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tui.live.keys import key_rows
from tui.options import COMMANDS, make_parser

_README = Path(__file__).parent.parent / "README.md"


def main() -> int:
    """Bring the README up to date; return the exit code."""
    _README.write_text(updated(_README.read_text("utf-8")), "utf-8")
    return 0


def updated(text: str) -> str:
    """Return a README with its made parts made anew."""
    for name, made in (("keys", keys_table()), ("options", options_tables())):
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}{made}{end}{after}"
    return text


def keys_table() -> str:
    """Return the table of keys, by group."""
    rows = ["| keys | what they do | |", "|---|---|---|"]
    rows += [
        f"| {' '.join(_key(key) for key in keys.split(' '))} | {does} | {group} |"
        for keys, does, group in key_rows()
    ]
    return "\n".join(rows) + "\n"


def _key(word: str) -> str:
    return word if word == "to" else f"`{word}`"


def options_tables() -> str:
    """Return each command's options as a table."""
    parts: list[str] = []
    for (name, text), parser in zip(COMMANDS, _parsers(), strict=True):
        parts += [f"**`ccmon {name}`**: {text}", "", "| option | meaning |", "|---|---|"]
        for action in parser._actions:
            if isinstance(action, argparse._HelpAction):
                continue
            value = f" {action.metavar}" if action.metavar and action.option_strings else ""
            names = ", ".join(f"`{each}{value}`" for each in action.option_strings)
            shown = names or f"`{action.metavar or action.dest}`"
            parts.append(f"| {shown} | {action.help} |")
        parts.append("")
    return "\n".join(parts)


def _parsers() -> list[argparse.ArgumentParser]:
    for action in make_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return list(action.choices.values())
    return []


if __name__ == "__main__":
    sys.exit(main())
