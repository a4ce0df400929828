"""PowerShell's completion: its tables read by a small reader, and its block by a short model.

Where PowerShell itself is, the matrix asks it (.github/workflows/tests.yml).
"""

from __future__ import annotations

import re

import pytest

from tests.platforms.powershell import NotPlain, native_words
from tui.commands.completion import script
from tui.commands.live import THEMES
from tui.help.topics import topic_names
from tui.options.catalog import all_commands

_SET = re.compile(r"\$table\[('(?:[^']|'')+')\] = (?:@\((.*)\)|('(?:[^']|'')*'))")
_KEEP = re.compile(r"\$global:Ccmon(\w+)(?:\[('[a-z]+')\])? = \$table")


def _text(quoted: str) -> str:
    (_, text) = native_words(f"x {quoted}", "")
    return text


def _tables(text: str) -> dict[str, dict[str, dict[str, object]]]:
    """Return the tables that the script makes: of a name, of a command, of a word."""
    found: dict[str, dict[str, dict[str, object]]] = {}
    table: dict[str, object] = {}
    for line in text.splitlines():
        if line.startswith("$table ="):
            table = {}
        elif line.startswith("$table["):
            match = _SET.fullmatch(line)
            assert match, line
            key, words, told = match.groups()
            assert _text(key) not in table, line
            table[_text(key)] = (
                _text(told) if told else [_text(each) for each in words.split(", ") if each]
            )
        elif kept := _KEEP.fullmatch(line):
            found.setdefault(kept[1], {})[_text(kept[2]) if kept[2] else ""] = table
    return found


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, dict[str, object]]]:
    return _tables(script("powershell"))


def test_every_command_option_and_word_is_in_its_table(
    tables: dict[str, dict[str, dict[str, object]]],
) -> None:
    commands = {command.name for command in all_commands()}
    assert set(tables["Commands"][""]) == commands
    assert set(tables["Options"]) == set(tables["Values"]) == commands
    for command in all_commands():
        shown = {
            flag
            for option in command.options
            if option.flags and not option.is_hidden
            for flag in (*option.flags, *option.off)
        }
        assert shown <= set(tables["Options"][command.name])
    assert tables["Values"]["live"]["--theme"] == list(THEMES)
    assert set(topic_names()) <= set(tables["Places"][""]["help"])  # type: ignore[call-overload]
    assert all(told for told in tables["Options"]["live"].values()), "an empty tip is an error"


def test_the_script_is_plain_ascii_and_every_bracket_closes() -> None:
    text = script("powershell")
    assert text.isascii()
    assert "\t" not in text
    code = re.sub(r"'(?:[^']|'')*'", "''", re.sub(r"(?m)^#.*$", "", text))
    waiting: list[str] = []
    for sign in code:
        if sign in "([{":
            waiting.append(sign)
        elif sign in ")]}":
            assert waiting.pop() + sign in ("()", "[]", "{}")
    assert waiting == []
    assert code.count('"') == 0


def test_every_variable_that_is_read_was_set() -> None:
    text = script("powershell")
    named = set(re.findall(r"\$((?:global:)?\w+)", re.sub(r"'(?:[^']|'')*'|(?m:^#.*$)", "", text)))
    made = set(re.findall(r"\$((?:global:)?\w+)(?:\[[^\]]+\])? = ", text)) | {"each"}
    assert named - made == {"word", "ast", "cursor", "_"}


def test_a_quote_in_a_text_is_doubled() -> None:
    assert "Claude Code''s status line" in script("powershell")
    with pytest.raises(NotPlain):
        native_words("x 'Claude Code's'", "")
