"""The manual: every command, option and topic, at every width and as a man page."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest

from tui.cli import main
from tui.config.toml_file import configurable
from tui.help.pages import command_page, overview, spelled
from tui.help.roff import man_page
from tui.help.text import page_text
from tui.help.topics import topic_names, topic_page
from tui.options.catalog import all_commands
from tui.statusline.shown import FIELDS

WIDTHS = (40, 60, 80, 100)
TOPICS = ("dates", "costs", "config", "json", "limits", "blocks", "files")


def shown(*words: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(list(words)) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def plain_man() -> str:
    """Return the man page's text without the marks of roff."""
    text = re.sub(r"\\f[BR]|\\&", "", man_page())
    signs = {"\\-": "-", "\\(ti": "~", "\\(aq": "'", "\\(ga": "`", "\\(ha": "^", "\\e": "\\"}
    for mark, sign in signs.items():
        text = text.replace(mark, sign)
    return text


@pytest.mark.parametrize("command", all_commands(), ids=lambda command: command.name)
def test_every_option_stands_in_the_text_and_in_the_man_page(command: Any) -> None:
    text = page_text(command_page(command.name), 100)
    man = plain_man().partition(f'.SS "ccmon {command.name}"\n')[2].partition("\n.S")[0]
    for option in command.options:
        told = spelled(option)
        assert (told in text) is not option.is_hidden, told
        assert (f"\n{told}\n" in man) is not option.is_hidden, told


def test_the_overview_names_every_command_in_its_group_and_every_topic() -> None:
    text = page_text(overview(), 80)
    for group in ("Watch", "Reports", "For scripts", "Upkeep"):
        assert f"\n{group}\n" in text
    reports = text.partition("\nReports\n")[2].partition("\nFor scripts\n")[0]
    assert "  daily " in reports
    assert "  live " not in reports
    for name in [*(command.name for command in all_commands()), *topic_names()]:
        assert f"  {name} " in text


@pytest.mark.parametrize("words", [["-h"], ["--help"], ["help"]])
def test_help_without_a_topic_is_the_overview(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(*words, capsys=capsys)
    assert text.startswith("usage: ccmon [AGENT] [COMMAND] [OPTIONS]\n")
    assert "Reports\n" in text


def test_a_commands_help_is_the_same_however_it_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = shown("daily", "--help", capsys=capsys)
    assert text.startswith("usage: ccmon [AGENT] daily [OPTIONS]\n\n  A row for each day.\n")
    assert shown("help", "daily", capsys=capsys) == text
    assert shown("claude", "daily", "-h", capsys=capsys) == text
    usage = "usage: ccmon config [OPTIONS] ACTION [SUBJECT] [-- OPTIONS]\n"
    assert shown("config", "-h", capsys=capsys).startswith(usage)


@pytest.mark.parametrize("name", topic_names())
def test_a_topic_is_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert page_text(topic_page(name), 80) in shown("help", name, capsys=capsys)


def test_the_topics_are_there_and_say_what_the_code_has() -> None:
    assert set(TOPICS) <= set(topic_names())
    config = page_text(topic_page("config"), 80)
    assert all(re.search(rf"\b{re.escape(key)}\b", config) for key in configurable())
    line = page_text(topic_page("statusline"), 80)
    assert all(f"{{{field}}}" in line for field in FIELDS)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_fits_its_width(width: int) -> None:
    pages = [overview(), *(command_page(command.name) for command in all_commands())]
    wide = ("config", "statusline", "providers")  # of code, and of long addresses
    pages += [topic_page(name) for name in topic_names() if name not in wide]
    for page in pages:
        for line in page_text(page, width).splitlines():
            assert len(line) < max(width, 60), line
            assert line == line.rstrip()


def test_the_width_is_the_terminals_within_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for columns, longest in (("50", 50), ("300", 100), ("1", 60)):
        monkeypatch.setenv("COLUMNS", columns)
        text = shown("help", "costs", capsys=capsys)
        assert max(map(len, text.splitlines())) < longest
    monkeypatch.setenv("COLUMNS", "90")
    assert max(map(len, shown("help", "costs", capsys=capsys).splitlines())) > 70


def test_an_unknown_topic_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "dayly"]) == 2
    assert capsys.readouterr().err == (
        "ccmon: There is no help on 'dayly': did you mean 'daily'?\n"
    )


def test_the_man_page_is_whole_and_roff_has_nothing_to_complain_about(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = shown("help", "--man", capsys=capsys)
    assert page == man_page()
    assert page.startswith(".TH CCMON 1")
    for section in ("NAME", "SYNOPSIS", "COMMANDS"):
        assert f"\n.SH {section}\n" in page
    for name in topic_names():
        assert f'\n.SH "{name.upper()}"\n' in page
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed: the page's marks are not looked at")
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-K", "utf8", "-ww", "-z"],
        input=page,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stderr) == (0, "")
