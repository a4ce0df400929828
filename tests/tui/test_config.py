"""The configuration: which file holds, what each may say, and what is said of a wrong one."""

from __future__ import annotations

import json
import os
import stat
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from engine.domain.paths import config_directory
from engine.domain.typed.days import read_day
from tui.cli import main
from tui.config.command_line import parse
from tui.config.in_force import read_layers
from tui.config.layer import ConfigError
from tui.config.places import user_file
from tui.config.settings import settings_of
from tui.config.template import template
from tui.config.toml_file import command_tables, configurable
from tui.config.toml_lines import key_lines, line_of
from tui.options.catalog import all_commands
from tui.options.definition import UsageError


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory one stands in."""
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def user(home: Path, here: Path) -> Path:
    """The user's own configuration, not there yet; its directory is."""
    path = home / ".config" / "ccmon" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def refused(text: str, here: Path) -> str:
    """Return what is said of a configuration, without its path."""
    path = write(here / "some.toml", text)
    with pytest.raises(ConfigError) as error:
        parse(["daily", "--config", str(path)])
    sentence = str(error.value)
    assert "\n" not in sentence
    assert sentence.startswith(str(path))
    assert sentence.endswith((".", "?"))
    return sentence.removeprefix(str(path)).removeprefix(", ")


def test_the_users_file_lies_where_the_platform_has_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Path(config_directory({}, str(home)), "config.toml")
    assert user_file(os.environ) == str(usual)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "elsewhere"))
    assert user_file(os.environ) == str(home / "elsewhere" / "ccmon" / "config.toml")
    assert user_file({"CCMON_CONFIG_DIR": "~/mine"}) == str(home / "mine" / "config.toml")


def test_a_later_file_and_the_command_line_have_the_last_word(
    user: Path, here: Path, home: Path
) -> None:
    write(home / ".claude" / "ccusage.json", '{"defaults": {"timezone": "Asia/Tokyo"}}')
    assert parse(["daily"]).timezone == "Asia/Tokyo"
    write(user, 'timezone = "Europe/Berlin"\n[daily]\ntop = 3\n')
    assert parse(["daily"]).timezone == "Europe/Berlin"
    write(here / ".ccmon.toml", 'timezone = "Asia/Kolkata"\n')
    assert (parse(["daily"]).timezone, parse(["daily"]).top) == ("Asia/Kolkata", 3)
    assert parse(["weekly"]).top is None
    assert parse(["daily", "-z", "UTC", "--top", "1"]).timezone == "UTC"


def test_a_commands_own_table_goes_before_what_holds_for_all(user: Path) -> None:
    write(user, 'breakdown = true\nsince = "7d"\n[weekly]\nbreakdown = false\n')
    assert (parse(["daily"]).breakdown, parse(["weekly"]).breakdown) == (True, False)
    assert parse(["daily", "--no-breakdown"]).breakdown is False
    assert parse(["weekly", "-b"]).since == read_day("7d")


def test_a_named_file_takes_the_place_of_both(user: Path, here: Path) -> None:
    write(user, "top = 3")
    write(here / ".ccmon.toml", "last = 4")
    named = write(here / "named.toml", "compact = true")
    options = parse(["daily", "--config", str(named)])
    assert (options.top, options.last, options.compact) == (None, None, True)


def test_the_systems_own_zone_can_be_asked_for_again(user: Path, here: Path) -> None:
    write(user, "timezone = 'Asia/Kolkata'")
    assert parse(["daily", "-z", "local"]).timezone is None
    write(here / ".ccmon.toml", "timezone = 'local'")
    assert parse(["daily"]).timezone is None


def test_each_kind_of_value_is_read_as_the_command_line_reads_it(user: Path) -> None:
    write(
        user,
        "start-of-week = 'sunday'\nsince = 2026-11-01\ntoken-limit = 500_000\nsession-length = 3\n"
        "config-dir = ['~/a', '/b']\nledger = '~/l.db'\ncolor = false\nmode = 'display'\n",
    )
    options = parse(["blocks"])
    assert (options.start_of_week, options.since, options.token_limit) == (
        6,
        read_day("2026-11-01"),
        500_000,
    )
    assert (options.session_length, options.color, options.mode) == (3.0, False, "display")
    settings = settings_of(options)
    assert settings.roots == (Path.home() / "a", Path("/b"))
    assert settings.ledger == str(Path.home() / "l.db")
    assert settings.week_start == 6


def test_of_outputs_that_exclude_each_other_the_last_said_holds(user: Path, here: Path) -> None:
    write(user, "json = true")
    assert parse(["daily"]).json is True
    options = parse(["daily", "--csv"])
    assert (options.json, options.csv) == (False, True)
    assert parse(["daily", "--no-json"]).json is False
    write(here / ".ccmon.toml", "[daily]\nmarkdown = true")
    options = parse(["daily"])
    assert (options.json, options.markdown) == (False, True)


def test_tables_that_are_no_options_reach_the_command(user: Path, here: Path) -> None:
    write(
        user,
        '[prices."my.model"]\ninput = 3\noutput = 15.5\ncache-read = 0\n'
        '[aliases.projects]\n"-home-me-shop" = "Shop"\n"-a" = "A"\n'
        '[aliases.models]\n"opus" = "O"\n[limits]\nthresholds = [10, 20.5, 99]\n',
    )
    write(here / ".ccmon.toml", '[aliases.projects]\n"-a" = "B"\n')
    options = parse(["daily", "--project-aliases", "-home-me-shop=Store"])
    assert options.prices == {"my.model": {"input": 3.0, "output": 15.5, "cache-read": 0.0}}
    assert options.project_alias_map == {"-home-me-shop": "Store", "-a": "B"}
    assert options.model_alias_map == {"opus": "O"}
    assert options.thresholds == pytest.approx((0.1, 0.205, 0.99))
    settings = settings_of(options)
    assert settings.thresholds == options.thresholds
    assert settings.price_overrides == options.prices


def test_without_any_file_all_is_as_usual(here: Path) -> None:
    options = parse(["daily"])
    assert (options.prices, options.project_alias_map, options.model_alias_map) == ({}, {}, {})
    assert options.thresholds == (0.5, 0.75, 0.9)
    assert (options.origins, options.config_error) == ({}, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n\ntimezon = 'UTC'", "line 3: there is no key 'timezon': did you mean 'timezone'?"),
        ("[dayly]\ntop = 1", "line 1: there is no key 'dayly': did you mean 'daily'?"),
        ("zzz = 1", "line 1: there is no key 'zzz': see ccmon help config."),
        ("[daily]\nlats = 1", "line 2: there is no key 'lats' of [daily]: did you mean 'last'?"),
        ("[daily]\ntheme = 'dark'", "line 2: there is no key 'theme' of [daily]"),
        ("daily.top = 0", "line 1: wrong value of 'top': '0' is not a number of 1 or more."),
        ("daily = 1", "line 1: there is no key 'daily'"),
        ("breakdown = 'yes'", "line 1: wrong value of 'breakdown': it is true or false."),
        ("top = true", "line 1: wrong value of 'top': it is one value, such as 10."),
        ("since = [1]", "line 1: wrong value of 'since': it is one value, such as"),
        (
            "mode = 'autoo'",
            "line 1: wrong value of 'mode': there is no 'autoo': did you mean 'auto'?",
        ),
        ("mode = true", "it is one of auto, calculate, display."),
        ("start-of-week = 'x'", "use one of monday, tuesday"),
        ("x = = 1", "line 1: this is not TOML (Invalid value)."),
        ("a = 1\nb = [", "line 2: this is not TOML"),
        ("top = 1\ntop = 2", "line 2: this is not TOML (Cannot overwrite a value)."),
        ("prices = 1", "line 1: 'prices' is a table, written [prices]."),
        ("[prices]\nx = 1", 'line 2: a price is a table, written [prices."x"].'),
        ("[prices.x]\ninput = 1", "line 1: the price of 'x' lacks 'output'."),
        (
            "[prices.x]\ninput = 1\noutptu = 1",
            "line 3: there is no price of 'outptu': did you mean",
        ),
        ("[prices.x]\ninput = 1\noutput = -1", "line 3: 'output' is an amount in USD per million"),
        ("[prices.x]\ninput = nan\noutput = 1", "line 2: 'input' is an amount in USD"),
        ("[prices.x]\ninput = true\noutput = 1", "line 2: 'input' is an amount in USD"),
        ("[aliases.project]\na = 'b'", "line 1: there are no aliases of 'project': did you mean"),
        ("[aliases.models]\na = 1", "line 2: the alias of 'a' is a text."),
        ("[aliases]\nmodels = 1", "line 2: aliases are a table, written [aliases.models]."),
        ("[limits]\nthreshold = [1, 2, 3]", "line 2: there is no key 'threshold' of [limits]"),
        ("[limits]\nthresholds = [90, 75, 50]", "line 2: thresholds are three rising percentages"),
        ("[limits]\nthresholds = [50, 75]", "line 2: thresholds are three rising percentages"),
        ("[limits]\nthresholds = [50, 75, 100]", "above 0 and below 100"),
        ("[limits]\nthresholds = ['a', 75, 90]", "line 2: thresholds are three rising percentages"),
        ('"a\\u001b[2Jb" = 1', "line 1: there is no key 'a"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line_and_what_is_right(
    text: str, said: str, here: Path
) -> None:
    sentence = refused(text, here)
    assert said in sentence
    assert "\x1b" not in sentence


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("timezone = 'Mars/Base'", ["doctor"]),
        ("limit = 'much'", ["live", "--json"]),
        ("since = 'someday'", ["daily"]),
        ("until = '2026-13-01'", ["compare", "2026-10", "2026-11"]),
        ("token-limit = '20usd'", ["blocks"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_only_the_engine_can_judge_is_named_with_its_line_too(
    key: str, words: list[str], user: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(user, f"\n{key}\n")
    assert main(words) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(f"ccmon: {user}, line 2: ")
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert main(["config", "check"]) == 2
    assert capsys.readouterr().err == printed.err


def test_a_status_line_goes_on_without_a_configuration_that_is_wrong(user: Path) -> None:
    write(user, "formt = 'tmux'")
    options = parse(["statusline", "--format", "plain"])
    assert options.format == "plain"
    assert "there is no key 'formt': did you mean 'format'?" in options.config_error


@pytest.mark.parametrize(
    "text",
    [
        "ledger = '/tmp/l.db'",
        "[daily]\nconfig-dir = '/tmp'",
        "offline = false",
        "[statusline]\ntemplate = '\\u001b]0;x'",
        "[prices.x]\ninput = 1\noutput = 1",
    ],
)
def test_a_projects_own_file_chooses_no_place_no_price_and_no_connection(
    text: str, here: Path
) -> None:
    write(here / ".ccmon.toml", text)
    with pytest.raises(ConfigError, match="cannot be set by a project's own file") as error:
        parse(["daily"])
    assert str(error.value).startswith("./.ccmon.toml, line ")
    assert main(["config", "check", ".ccmon.toml"]) == 2


@pytest.mark.parametrize("kind", ["missing", "directory", "bytes"])
def test_a_configuration_that_cannot_be_read_is_said(kind: str, here: Path) -> None:
    path = here / "some.toml"
    if kind == "directory":
        path.mkdir()
    elif kind == "bytes":
        path.write_bytes(b"a = '\xff'")
    with pytest.raises(UsageError, match=r"cannot be read \(|is not UTF-8 text \(byte 5\)"):
        parse(["daily", "--config", str(path)])


def test_windows_line_ends_and_a_mark_at_the_start_are_read(user: Path) -> None:
    user.write_bytes(b"\xef\xbb\xbftop = 2\r\n[daily]\r\nlast = 3\r\n")
    options = parse(["daily"])
    assert (options.top, options.last) == (2, 3)
    assert options.origins["last"].line == 3


def test_lines_of_keys_are_found_however_they_are_written() -> None:
    text = (
        "a = 1\n# b = 1\n  'c' = 1\n[t]\na = [\n 1,\n]\n[ t . \"u.v\" ] # x\nw.x = 2\n"
        'y = """\nz = 1\n"""\n[[many]]\nk = 1\n'
    )
    tomllib.loads(text)
    lines = key_lines(text)
    expected = {
        ("a",): 1,
        ("c",): 3,
        ("t",): 4,
        ("t", "a"): 5,
        ("t", "u.v"): 8,
        ("t", "u.v", "w", "x"): 9,
        ("t", "u.v", "y"): 10,
        ("many",): 13,
        ("many", "k"): 14,
    }
    assert {path: lines[path] for path in expected} == expected
    assert ("b",) not in lines
    assert line_of(lines, ("t", "inline", "key")) == 4
    assert line_of(lines, ("nowhere",)) is None


CCUSAGE = {
    "$schema": "x",
    "defaults": {
        "timezone": "Asia/Tokyo",
        "order": "desc",
        "breakdown": True,
        "noCost": True,
        "noColor": True,
        "json": True,
        "debug": True,
        "pricingOverrides": {
            "m": {
                "inputCostPerToken": 3e-06,
                "outputCostPerToken": 1.5e-05,
                "cacheReadInputTokenCost": 3e-07,
                "cacheCreationInputTokenCost": 3.75e-06,
            },
            "half": {"inputCostPerToken": 3e-06},
        },
    },
    "commands": {
        "daily": {"order": "asc", "instances": True, "mode": "fast"},
        "claude daily": {"project": "shop"},
        "blocks": {"tokenLimit": "500k", "sessionLength": 4, "active": True, "recent": False},
        "weekly": {"startOfWeek": "sunday"},
        "statusline": {
            "costSource": "ccusage",
            "visualBurnRate": "emoji",
            "contextLowThreshold": 40,
            "modelLabelAliases": {"opus": "O"},
        },
    },
    "claude": {
        "defaults": {"timezone": "Asia/Kolkata"},
        "commands": {"daily": {"breakdown": False}},
    },
    "codex": {},
}


def test_a_ccusage_json_is_taken_over_for_what_means_the_same(home: Path, here: Path) -> None:
    write(home / ".claude" / "ccusage.json", json.dumps(CCUSAGE))
    daily = parse(["daily"])
    assert (daily.timezone, daily.order, daily.breakdown) == ("Asia/Kolkata", "asc", False)
    assert (daily.no_cost, daily.color, daily.json) == (True, False, True)
    assert (daily.instances, daily.project, daily.mode) == (True, "shop", "auto")
    assert daily.prices == {
        "m": {"input": 3.0, "output": 15.0, "cache-read": 0.3, "cache-write-5m": 3.75}
    }
    blocks = parse(["blocks"])
    assert (blocks.token_limit, blocks.session_length) == (500_000, 4.0)
    assert (blocks.active, blocks.recent, blocks.breakdown) == (True, False, True)
    assert parse(["weekly"]).start_of_week == 6
    line = parse(["statusline"])
    assert (line.cost_source, line.visual_burn_rate) == ("ccmon", "emoji")
    assert (line.context_low_threshold, line.model_alias_map) == (40, {"opus": "O"})
    assert (parse(["projects"]).json, parse(["live"]).json) == (False, False)
    (layer,) = read_layers()
    assert set(layer.ignored) == {
        "codex",
        "defaults.debug",
        "defaults.pricingOverrides.half",
        "commands.daily.mode",
    }


def test_of_several_ccusage_files_the_one_that_ccusage_takes_is_read(
    home: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def zone_of(path: Path, zone: str) -> None:
        write(path, json.dumps({"defaults": {"timezone": zone, "top": 1}}))

    zone_of(home / ".claude" / "ccusage.json", "Asia/Tokyo")
    zone_of(home / ".config" / "claude" / "ccusage.json", "Asia/Seoul")
    assert parse(["daily"]).timezone == "Asia/Seoul"
    zone_of(here / "other" / "ccusage.json", "Asia/Dubai")
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{here / 'absent'}, {here / 'other'}")
    assert parse(["daily"]).timezone == "Asia/Dubai"
    zone_of(here / ".ccusage" / "ccusage.json", "Asia/Riyadh")
    assert parse(["daily"]).timezone == "Asia/Riyadh"
    write(here / ".ccusage" / "ccusage.json", "{")
    assert parse(["daily"]).timezone == "Asia/Dubai"
    named = write(here / "mine.json", '{"defaults": {"timezone": "Asia/Manila"}}')
    assert parse(["daily", "--config", str(named)]).timezone == "Asia/Manila"


def test_a_projects_own_ccusage_json_sets_no_price_and_no_connection(here: Path) -> None:
    write(
        here / ".ccusage" / "ccusage.json",
        json.dumps({"defaults": {**CCUSAGE["defaults"], "noOffline": True, "offline": False}}),  # type: ignore[dict-item]
    )
    options = parse(["daily"])
    assert (options.prices, options.timezone) == ({}, "Asia/Tokyo")
    assert "offline" not in options.origins


@pytest.mark.parametrize("text", ["{", "[]", "\x00", '{"defaults": 1, "commands": {"daily": []}}'])
def test_a_ccusage_json_that_cannot_be_used_is_no_error(
    text: str, home: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(home / ".claude" / "ccusage.json", text)
    assert parse(["daily"]).timezone is None
    assert main(["config", "check"]) == 0
    assert "ccusage.json" in capsys.readouterr().out


def shown(*words: str, capsys: pytest.CaptureFixture[str]) -> Any:
    assert main(["config", "show", "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_show_says_each_value_and_where_it_comes_from(
    user: Path, here: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(home / ".claude" / "ccusage.json", '{"defaults": {"order": "desc", "debug": true}}')
    write(user, '\ntimezone = "Asia/Kolkata"\n[limits]\nthresholds = [10, 20, 30]\n')
    write(here / ".ccmon.toml", "[daily]\nbreakdown = true\n")
    document = shown("daily", "--", "--since", "7d", capsys=capsys)
    values = document["values"]["daily"]
    assert values["timezone"] == {
        "value": "Asia/Kolkata",
        "source": "file",
        "file": str(user),
        "line": 2,
    }
    assert values["breakdown"]["line"] == 2
    assert values["breakdown"]["file"].endswith(".ccmon.toml")
    assert values["order"]["line"] is None
    assert values["since"] == {"value": "7d", "source": "command line"}
    assert values["mode"] == {"value": "auto", "source": "default"}
    assert values["start-of-week"]["value"] == "monday"
    assert document["limits"]["thresholds"]["value"] == [10, 20, 30]
    states = {file["path"]: file for file in document["files"]}
    assert states[str(home / ".claude/ccusage.json")]["ignored"] == ["defaults.debug"]
    assert states[str(home / ".config/claude/ccusage.json")]["state"] == "absent"

    assert main(["config", "show", "daily", "--", "--since", "7d"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["timezone", '"Asia/Kolkata"', f"{user},", "line", "2"] in lines
    assert ["since", '"7d"', "command", "line"] in lines
    assert ["thresholds", "[10,", "20,", "30]", f"{user},", "line", "4"] in lines
    assert {line[0] for line in lines} >= set(configurable("daily"))


def test_show_without_a_command_shows_what_files_set(
    user: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "show"]) == 0
    assert capsys.readouterr().out.startswith("No file sets an option")
    write(user, "timezone = 'UTC'\n[daily]\ntop = 3\n[aliases.models]\nopus = 'O'\n")
    assert main(["config", "show"]) == 0
    out = capsys.readouterr().out
    assert out.count("timezone") == 1
    assert "ccmon daily\n  top  3  " in out
    assert 'aliases.models\n  opus  "O"  ' in out
    assert set(shown(capsys=capsys)["values"]) == {*command_tables(), "agents"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "dayly"], "did you mean 'daily'?"),
        (["show", "daily", "--", "--bogus"], "There is no option '--bogus'"),
        (["edit", "x"], "takes no 'x' here"),
        (["path", "x"], "takes no 'x' here"),
        (["check", "x", "y"], "takes no 'y' here"),
        (["chek"], "did you mean 'check'?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_word_to_config_is_answered(
    words: list[str], said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", *words]) == 2
    assert said in capsys.readouterr().err


def test_path_names_the_users_file_even_where_it_is_wrong(
    user: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(user, "= nonsense")
    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{user}\n"


_EXCLUDED = {"csv", "markdown", "by-machine", "by-person"}
"""What does not hold together with `json` or `by-agent`."""


def test_the_template_holds_every_key_and_is_right_when_uncommented(user: Path) -> None:
    lines = template().splitlines()
    bare = [line.removeprefix("#") for line in lines if line[:1] == "#" and line[1:2] != " "]
    for excluded in _EXCLUDED:
        bare.remove(f"{excluded} = true")
    document = tomllib.loads("\n".join(bare))
    assert tomllib.loads(template()) == {}
    for name in command_tables():
        assert set(configurable(name)) - _EXCLUDED <= set(document) | set(document[name])
    write(user, "\n".join(bare))
    assert main(["config", "check"]) == 0
    for command in all_commands():
        if command.is_configurable:
            words = ["a", "b"] if command.name == "compare" else []
            assert parse([command.name, *words]).origins


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An editor that writes down what it is given and appends what `EDITED` says."""
    script = tmp_path / "my editor.py"
    script.write_text(
        "import os, sys\n"
        "with open(sys.argv[-1], 'a') as file: file.write(os.environ.get('EDITED', ''))\n"
        "sys.exit(int(os.environ.get('ENDED', '0')))\n"
    )
    monkeypatch.setenv("VISUAL", f"'{sys.executable}' '{script}' --wait")
    return script


def test_edit_makes_the_file_opens_it_and_checks_it(
    home: Path,
    here: Path,
    editor: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = home / ".config" / "ccmon" / "config.toml"
    assert main(["config", "edit"]) == 0
    assert path.read_text("utf-8") == template()
    assert capsys.readouterr().out == f"Made {path}.\n{path} is valid.\n"

    monkeypatch.setenv("EDITED", "\ntimezon = 1\n")
    assert main(["config", "edit"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    line = template().count("\n") + 2
    assert f"{path}, line {line}: there is no key 'timezon'" in printed.err

    monkeypatch.setenv("ENDED", "3")
    assert main(["config", "edit"]) == 1
    assert "ended with exit code 3" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("/no/such/editor", "cannot be started"),
        ("'unclosed", "VISUAL is not a command"),
        ("", "set VISUAL or EDITOR"),
    ],
)
def test_an_editor_that_cannot_be_used_is_said(
    named: str,
    said: str,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VISUAL", named)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv("PATH", "")
    assert main(["config", "edit"]) == 1
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="rights are other there")
def test_edit_makes_a_file_for_its_user_alone(home: Path, here: Path, editor: Path) -> None:
    before = os.umask(0)
    try:
        assert main(["config", "edit"]) == 0
    finally:
        os.umask(before)
    path = home / ".config" / "ccmon" / "config.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", [".ccmon.toml", "other.toml"])
def test_a_file_too_large_for_a_configuration_is_not_read(
    name: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (here / name).open("wb") as file:
        file.truncate(300 << 20)
    given = [] if name == ".ccmon.toml" else ["--config", name]
    assert main(["daily", "--json", *given]) != 0
    assert "larger than 4 MB" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_no_configuration_and_not_waited_for(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(here / "pipe.toml")
    assert main(["daily", "--json", "--config", "pipe.toml"]) != 0
    assert "not a regular file" in capsys.readouterr().err


def test_check_tells_every_mistake_and_what_excludes_each_other(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home / "some.toml"
    path.write_text("jsn = 1\n[daily]\nlats = 2\nmode = 'x'\n[limits]\nfoo = 1\n", "utf-8")
    assert main(["config", "check", str(path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(", line ")[2][0] for line in lines] == ["1", "3", "4", "6"]

    path.write_text("json = true\ncsv = true\n[daily]\nsince = 'today'\nuntil = '7d'\n", "utf-8")
    assert main(["config", "check", str(path)]) == 2
    swapped, both = sorted(capsys.readouterr().err.splitlines(), key=lambda line: "json" in line)
    assert "line 4: since today is after until 7d" in swapped
    assert "'csv' and 'json' exclude each other" in both


def test_a_password_in_an_address_is_not_shown(
    user: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for told in ("postgresql://ana:hun@ter2@db:5432/use", "postgresql://db/use?password=hunter2"):
        write(user, f"push = '{told}'")
        assert main(["config", "show", "live"]) == 0
        said = capsys.readouterr().out
        assert "ter2" not in said
        assert "://" in said
