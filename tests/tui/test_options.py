"""The options: every spelling read, every wrong one answered with what would be right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.domain.levels import LEVELS
from engine.domain.typed.amounts import parse_limit
from engine.domain.typed.days import read_day
from engine.pricing.overrides import AMOUNTS
from tests.report_keys import REPORT_KEYS
from tests.surroundings import at_home, needed
from tui.commands.live import THEMES
from tui.config.command_line import parse
from tui.config.layer import DEFAULT_THRESHOLDS
from tui.config.sections import PRICE_PARTS
from tui.live.themes import THEME_NAMES
from tui.options.catalog import NAMES, all_commands
from tui.options.definition import Namespace, Option, UsageError

ALL = all_commands()
REPORTS = [command.name for command in ALL if command.group == "reports"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(line: str, *names: str) -> Any:
    """Return what a command line sets: one attribute's value, or several as a tuple."""
    options = parse(line.split())
    values = tuple(getattr(options, name) for name in names)
    return values[0] if len(values) == 1 else values


def refused(*words: str) -> str:
    with pytest.raises(UsageError) as error:
        parse(words)
    sentence = str(error.value)
    assert "\n" not in sentence
    assert sentence.endswith((".", "?"))
    return sentence


def test_what_is_mirrored_from_the_engine_is_the_same() -> None:
    assert PRICE_PARTS == AMOUNTS
    assert tuple(THEMES) == tuple(THEME_NAMES)
    assert set(REPORT_KEYS) <= set(REPORTS)
    assert tuple(share for share, _ in reversed(LEVELS))[:3] == DEFAULT_THRESHOLDS


def test_without_a_command_it_is_live_and_claude_in_front_is_passed_over() -> None:
    assert parse([]).command == "live"
    assert parse(["--limit", "5k"]).limit == parse_limit("5k")
    assert parse(["claude", "daily", "--json"]).command == "daily"
    assert parse(["claude"]).command == "live"


@pytest.mark.parametrize("word", ["-v", "-V", "--version"])
def test_the_version_is_asked_for_in_front(word: str) -> None:
    assert parse([word]) == Namespace(command="version")


def test_help_is_the_command_help_wherever_it_stands() -> None:
    assert parse(["--help"]) == Namespace(command="help", topic=None, man=False)
    assert parse(["daily", "--bogus", "-h"]) == Namespace(command="help", topic="daily", man=False)
    assert parse(["config", "show", "daily", "--", "-h"]).more == ["-h"]


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("daily -s 7d", "since", read_day("7d")),
        ("daily --until=20261101", "until", read_day("20261101")),
        ("daily -j", "json", True),
        ("daily -m display", "mode", "display"),
        ("daily -o desc", "order", "desc"),
        ("daily -b", "breakdown", True),
        ("daily -b --no-breakdown", "breakdown", False),
        ("daily -O", "offline", True),
        ("daily -O --no-offline", "offline", False),
        ("daily -zUTC", "timezone", "UTC"),
        ("daily -z=UTC", "timezone", "UTC"),
        ("daily -z local", "timezone", None),
        ("daily --compact", "compact", True),
        ("daily --color", "color", True),
        ("daily --no-color", "color", False),
        ("daily", "color", None),
        ("daily -i", "instances", True),
        ("session -i abc", "id", "abc"),
        ("daily --project-aliases a=X,b=Y", "project_alias_map", {"a": "X", "b": "Y"}),
        ("weekly -w sunday", "start_of_week", 6),
        ("weekly -w Tu", "start_of_week", 1),
        ("daily --last 3", "last", 3),
        ("daily --top 1_000", "top", 1_000),
        ("daily --sort cache-read", "sort", "cache-read"),
        ("daily --no-cost --cost", "no_cost", False),
        ("daily --config-dir a --config-dir b", "config_dir", ["a", "b"]),
        ("daily --ledger :memory:", "ledger", ":memory:"),
        ("daily --csv", "csv", True),
        ("daily --markdown", "markdown", True),
        ("blocks -a", "active", True),
        ("blocks -r", "recent", True),
        ("blocks -tmax", "token_limit", "max"),
        ("blocks -n 2.5", "session_length", 2.5),
        ("blocks", "session_length", 5.0),
        ("compare 2026-10 2026-11", "right", "2026-11"),
        ("statusline --cost-source ccusage", "cost_source", "ccmon"),
        ("statusline -B emoji-text", "visual_burn_rate", "emoji-text"),
        ("statusline --context-low-threshold 40%", "context_low_threshold", 40),
        ("statusline", "offline", True),
        ("live --bell --no-bell", "no_bell", True),
    ],
)
def test_an_option_is_read(line: str, name: str, value: object) -> None:
    assert said(line, name) == value


def test_letters_stand_together_and_the_last_may_have_a_value() -> None:
    assert said("daily -jbz UTC", "json", "breakdown", "timezone") == (True, True, "UTC")
    assert said("daily -bjs7d", "json", "breakdown", "since") == (True, True, read_day("7d"))


@pytest.mark.parametrize(
    "line", ["-p -home-me-x", "-p-home-me-x", "--project -home-me-x", "--project=-home-me-x"]
)
def test_a_projects_name_may_begin_with_a_hyphen(line: str) -> None:
    assert said(f"daily {line} -j", "project", "json") == ("-home-me-x", True)


@pytest.mark.parametrize("line", ["-home-me-x -private-tmp -j", "-j -home-me-x -- -private-tmp"])
def test_two_projects_names_may_begin_with_a_hyphen(line: str) -> None:
    assert said(f"compare {line}", "left", "right", "json") == ("-home-me-x", "-private-tmp", True)


def test_every_report_has_the_attributes_of_every_other() -> None:
    everything = {
        option.dest
        for command in ALL
        if command.group == "reports"
        for option in command.options
        if option.flags
    }
    for name in REPORTS:
        words = [name, "a", "b"] if name == "compare" else [name]
        assert everything <= set(vars(parse(words)))
    assert said("daily", "active", "id", "session_length", "instances") == (False, None, 5.0, False)


@pytest.mark.parametrize(
    "words",
    ["-d", "--debug", "--debug-samples 3", "--single-thread", "--all"],
)
def test_flags_without_effect_in_ccusage_keep_scripts_working(words: str) -> None:
    for name in ("daily", "weekly", "monthly", "session", "blocks"):
        assert said(f"{name} {words} -j", "json") is True
    for words in ("--cache", "--no-cache", "--refresh-interval 5", "-O", "--no-offline", "-d"):
        assert parse(["statusline", *words.split()]).command == "statusline"


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("version", "did you mean '--version'?"),
        ("DAILY", "did you mean 'daily'?"),
        ("cluade", "did you mean 'claude'?"),
        ("daily --agent codexx", "did you mean 'codex'?"),
        ("daily -z Europe/Berln", "did you mean 'Europe/Berlin'?"),
        ("summary --last 3", "see ccmon summary --help"),
        ("daily --theme dark", "see ccmon daily --help"),
        ("--offline daily", "Put the command first: ccmon daily --offline."),
        ("config", "ACTION is missing: use one of show, check, edit, path, set; see"),
        ("dayly", "did you mean 'daily'?"),
        ("wekly --json", "did you mean 'weekly'?"),
        ("xyzzy", "ccmon help lists them all"),
        ("daily --jsn", "of ccmon daily: did you mean '--json'?"),
        ("session --instances", "There is no option '--instances' of ccmon session"),
        ("daily --id x", "There is no option '--id' of ccmon daily"),
        ("daily -x", "There is no option '-x' of ccmon daily: see ccmon daily --help."),
        ("daily -jx", "There is no option '-x'"),
        ("daily -p", "A value is missing after -p: write -p PROJECT."),
        ("daily -p --json", "A value is missing after -p: write -p PROJECT."),
        ("daily -p -j", "A value is missing after -p"),
        ("daily -p --odd", "or --project=--odd if that is the value."),
        ("daily --since", "A value is missing after --since: write --since DAY."),
        ("daily -m autoo", "did you mean 'auto'?"),
        ("daily -o down", "use one of asc, desc"),
        ("daily --sort costs", "did you mean 'cost'?"),
        ("daily --last 0", "'0' is not a number of 1 or more"),
        ("daily --last -5", "'-5' is not a number of 1 or more"),
        ("daily --top x", "'x' is not a number of 1 or more"),
        (f"daily --top {'9' * 5_000}", "is not a number of 1 or more"),
        ("blocks -n 0", "give hours above 0"),
        ("blocks -n -1", "give hours above 0"),
        ("blocks -n nan", "give hours above 0"),
        ("blocks -n 169", "at most 168"),
        ("daily --json --csv", "not allowed with"),
        ("daily --json=yes", "leave '=yes' out"),
        ("daily extra", "ccmon daily takes no 'extra' here"),
        ("daily --project-aliases a", "'a' is not an alias: write name=shown"),
        ("statusline --context-low-threshold 101", "is not a percentage from 0 to 100"),
        ("statusline --format tmx", "did you mean 'tmux'?"),
        ("live --theme darkk", "did you mean 'dark'?"),
        ("completion csh", "did you mean 'zsh'?"),
    ],
)
def test_a_wrong_line_is_answered_with_what_is_right(line: str, right: str) -> None:
    assert right in refused(*line.split())


def test_a_key_means_the_same_for_every_command_that_has_it() -> None:
    """A default at the top of a configuration holds for all of them."""
    first: dict[str, Option] = {}
    for command in ALL:
        for option in command.options:
            if command.is_configurable and option.is_configurable and option.flags:
                known = first.setdefault(option.key, option)
                assert (option.dest, option.choices, option.metavar, option.is_private) == (
                    known.dest,
                    known.choices,
                    known.metavar,
                    known.is_private,
                ), option.key


@pytest.mark.parametrize("command", ALL, ids=lambda command: command.name)
def test_no_spelling_stands_for_two_options_of_one_command(command: Any) -> None:
    flags = [flag for option in command.options for flag in option.spellings]
    assert len(flags) == len(set(flags))
    assert all(option.help for option in command.options if not option.is_hidden)


def test_the_commands_are_named_with_what_they_do() -> None:
    assert tuple(command.name for command in ALL) == NAMES
    assert all(command.summary for command in ALL)


def test_reading_a_line_loads_nothing_heavy_where_no_configuration_is(home: Path) -> None:
    """In a process of its own, since this one has loaded everything."""
    heavy = "{'rich', 'textual', 'httpx', 'tomllib', 'json', 'shutil', 'typing_extensions'}"
    places = (Path(__file__).resolve().parents[2], Path(msgspec.__file__).parents[1])
    code = (
        "import sys; from tui.startup import import_msgspec; import_msgspec();"
        "from tui.config.command_line import parse;"
        "parse(['daily', '--json', '-p', '-home-x']);"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=home,
        env={**needed(), **at_home(home), "PYTHONPATH": os.pathsep.join(map(str, places))},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_version_builds_no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.options.parser.make_parser", None)
    assert parse(["--version"]).command == "version"
    with pytest.raises(TypeError):
        parse(["daily", "--json"])


def test_the_definitions_of_all_commands_load_no_run() -> None:
    heavy = "('engine.monitor', 'engine.reports', 'engine.demo', 'rich', 'textual')"
    code = (
        "import sys; from tui.options.catalog import NAMES, all_commands;"
        "assert len(all_commands()) == len(NAMES);"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
