"""`[limits]` and `[notify]`, budgets, quiet hours and resets: from files and command lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.domain.limit_windows import Budget
from engine.domain.responses import PICO
from engine.domain.typed.clocks import Clock, QuietHours
from tui.cli import main
from tui.config.command_line import parse
from tui.config.layer import ConfigError
from tui.config.settings import channels_of, settings_of
from tui.options.definition import UsageError

SECRET = "https://hooks.example.org/very-secret-path"


@pytest.fixture
def user(home: Path) -> Path:
    """Where the user's configuration lies."""
    path = home / ".config" / "ccmon" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a project's own configuration lies."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".ccmon.toml"


ALL_KEYS = f"""
[limits]
thresholds = [10, 20, 30]
five-hour = [60, 80.5, 95]
week = [90]
budgets = ["20usd/day", "500k/week"]
quiet-hours = "22:00-07:30"

[notify]
toast = false
bell = true
terminal = true
progress = true
desktop = true
command = ["my-script", "--loud"]
webhook = "{SECRET}"
"""


def test_every_key_reaches_the_settings_and_the_channels(user: Path) -> None:
    user.write_text(ALL_KEYS)
    options = parse(["live"])
    settings = settings_of(options)
    assert settings.thresholds == (0.1, 0.2, 0.3)
    assert dict(settings.window_thresholds) == {
        "five_hour": (0.6, 0.805, 0.95),
        "seven_day": (0.9,),
    }
    assert settings.budgets == (
        Budget("day", "cost", 20 * PICO),
        Budget("week", "tokens", 500_000),
    )
    assert settings.quiet_hours == QuietHours(22 * 60, 7 * 60 + 30)
    channels = channels_of(options)
    assert (channels.toast, channels.bell, channels.terminal) == (False, True, True)
    assert (channels.progress, channels.desktop) == (True, True)
    assert channels.command == ("my-script", "--loud")
    assert channels.webhook == SECRET
    assert channels.quiet_hours == QuietHours(22 * 60, 7 * 60 + 30)


def test_without_a_word_only_what_is_drawn_and_the_bell_are_on() -> None:
    options = parse(["live"])
    channels = channels_of(options)
    assert (channels.toast, channels.bell) == (True, True)
    assert (channels.terminal, channels.progress, channels.desktop) == (False, False, False)
    assert (channels.command, channels.webhook, channels.quiet_hours) == ("", "", None)
    settings = settings_of(options)
    assert (settings.budgets, settings.quiet_hours, settings.reset_at) == ((), None, None)
    assert channels_of(parse(["live", "--no-bell"])).bell is False


def test_the_command_line_has_the_last_word(user: Path) -> None:
    user.write_text(ALL_KEYS)
    options = parse(
        ["live", "--budget", "1M/month", "--quiet-hours", "1:00-2:00", "--reset-at", "9:05"]
    )
    settings = settings_of(options)
    assert settings.budgets == (Budget("month", "tokens", 1_000_000),)
    assert settings.quiet_hours == QuietHours(60, 120)
    assert settings.reset_at == Clock(9, 5)
    assert channels_of(options).quiet_hours == QuietHours(60, 120)


def test_a_projects_file_moves_levels_but_runs_and_sends_nothing(project: Path) -> None:
    project.write_text("[limits]\nweek = [80, 90]\n[notify]\ndesktop = true\n")
    assert parse(["live"]).window_thresholds == {"seven_day": (0.8, 0.9)}
    for line in ('command = "rm"', f'webhook = "{SECRET}"'):
        project.write_text(f"[notify]\n{line}\n")
        with pytest.raises(ConfigError, match=r"line 2: '(command|webhook)' cannot be set") as told:
            parse(["live"])
        assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[limits]\nweek = [90, 80]", "line 2: the thresholds of 'week' are one to three rising"),
        ("[limits]\nweek = []", "line 2: the thresholds of 'week' are one to three rising"),
        ("[limits]\nweek = 80", "line 2: the thresholds of 'week' are one to three rising"),
        ("[limits]\nfive-hour = [1, 2, 3, 4]", "the thresholds of 'five-hour' are one to three"),
        ("[limits]\nbudgets = [20]", "line 2: budgets are texts, such as"),
        ("[limits]\nbudgets = ['20usd']", "line 2: '20usd' is not a budget"),
        ("[limits]\nbudgets = ['1k/day', '2k/day']", "line 2: There are several budgets of a day"),
        ("[limits]\nquiet-hours = '22-7'", "line 2: Quiet hours are two different times"),
        ("[limits]\nquiethours = '22-7'", "no key 'quiethours' of [limits]: did you mean 'quiet-h"),
        ("[notify]\nbel = true", "line 2: there is no key 'bel' of [notify]: did you mean 'bell'?"),
        ("[notify]\nbell = 1", "line 2: The channel 'bell' is true or false"),
        ("[notify]\nwebhook = 'http://example.org/x'", "line 2: A webhook is an https address"),
        ("[notify]\ncommand = []", "line 2: The command for warnings is"),
        ("notify = true", "'notify' is a table, written [notify]"),
    ],
)
def test_what_cannot_hold_is_named_with_its_line(user: Path, text: str, sentence: str) -> None:
    user.write_text(text)
    with pytest.raises(ConfigError) as told:
        parse(["limits"])
    assert sentence in str(told.value)
    assert main(["config", "check"]) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--budget", "20usd"], "'20usd' is not a budget"),
        (["--budget", "20/day"], "'20/day' would be 20 tokens a day: write 20usd/day for"),
        (["--budget", "1k/day", "--budget", "2usd/day"], "several budgets of a day"),
        (
            ["--reset-at", "25:00"],
            "'25:00' is not a time of the day: give hours and minutes",
        ),
        (["--reset-at", "14:60"], "'14:60' is not a time of the day"),
        (["--reset-at", "1430"], "'1430' is not a time of the day"),
        (["--limit", "p95"], "'p95' is not a limit"),
    ],
)
def test_a_wrong_command_line_ends_with_one_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("live", "limits"):
        assert main([command, *words]) == 2
        told = capsys.readouterr()
        assert (told.out, sentence in told.err, told.err.count("\n")) == ("", True, 1)


def test_options_that_exclude_each_other_are_refused() -> None:
    for words in (["--enable-oauth", "--disable-oauth"], ["--reset-at=9:00", "--no-reset-at"]):
        with pytest.raises(UsageError, match="not allowed with"):
            parse(["limits", *words])


def test_the_command_limits_has_its_options_in_the_same_table(user: Path) -> None:
    user.write_text("[limits]\njson = true\nweek = [90]\n")
    options = parse(["limits"])
    assert (options.json, options.window_thresholds) == (True, {"seven_day": (0.9,)})
    assert parse(["live"]).json is False


def test_show_says_what_is_in_force_and_never_a_webhooks_address(
    user: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    user.write_text(ALL_KEYS)
    assert main(["config", "show", "live", "--json"]) == 0
    text = capsys.readouterr().out
    assert "secret" not in text
    made = json.loads(text)
    assert made["limits"]["week"]["value"] == [90]
    assert made["limits"]["budgets"]["value"] == ["20usd/day", "500k/week"]
    assert made["limits"]["quiet-hours"]["line"] == 7
    assert made["notify"]["webhook"]["value"] == "hooks.example.org …"
    assert made["notify"]["toast"] == {
        "value": False,
        "source": "file",
        "file": str(user),
        "line": 10,
    }
    assert main(["config", "show"]) == 0
    text = capsys.readouterr().out
    assert "secret" not in text
    assert '["20usd/day", "500k/week"]' in text


def test_show_says_the_defaults_of_channels(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", "live", "--json"]) == 0
    notify = json.loads(capsys.readouterr().out)["notify"]
    assert {key for key, shown in notify.items() if shown["value"]} == {
        "toast",
        "bell",
        "title",
    }
    assert {shown["source"] for shown in notify.values()} == {"default"}
