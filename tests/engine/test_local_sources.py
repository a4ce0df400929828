"""Official figures in local files: what they say, when they are read, and what never is."""

from __future__ import annotations

import builtins
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from engine.domain.settings import Settings
from engine.limits.endpoint.answers import readings_of_usage
from engine.limits.marks import marks_of
from engine.limits.readings import Reading
from engine.limits.sources.claude_json import Account, Plan, state_of
from engine.limits.sources.desktop import history_paths, readings_of_history
from engine.limits.sources.local import LocalSources
from tests.conftest import NOW
from tests.made_lines import DAY, HOUR, MINUTE

repeatable = examples(derandomize=True, deadline=None)

FETCHED = NOW - 20 * MINUTE
RESET = NOW + 2 * HOUR
RESET_TEXT = "2026-11-22T14:59:59.665316+00:00"
WEEK = NOW + 3 * DAY
WEEK_TEXT = "2026-11-25T13:00:00.081713+00:00"

Make = Callable[..., Settings]


def listed(kind: str, percent: object, resets_at: object, model: str | None = None) -> Any:
    scope = {"model": {"id": None, "display_name": model}, "surface": None} if model else None
    return {
        "kind": kind,
        "percent": percent,
        "resets_at": resets_at,
        "scope": scope,
        "is_active": False,
    }


def usage(**more: Any) -> dict[str, Any]:
    return {
        "five_hour": {"utilization": 11, "resets_at": RESET_TEXT},
        "seven_day": {"utilization": 12, "resets_at": WEEK_TEXT},
        "seven_day_opus": None,
        "limits": [
            listed("session", 42, RESET_TEXT),
            listed("weekly_all", 90, WEEK_TEXT),
            listed("weekly_scoped", 100, WEEK_TEXT, "Fable"),
        ],
        **more,
    }


def shares(body: object) -> dict[str, float]:
    said = readings_of_usage(body, FETCHED, "claude.json")
    return {reading.window: round(reading.used_share, 6) for reading in said}


def test_listed_limits_go_before_the_flat_keys() -> None:
    said = readings_of_usage(usage(), FETCHED, "claude.json", "a1")
    assert said == (
        Reading("five_hour", 0.42, RESET, FETCHED, "claude.json", "a1"),
        Reading("seven_day", 0.9, WEEK, FETCHED, "claude.json", "a1"),
        Reading("seven_day:Fable", 1.0, WEEK, FETCHED, "claude.json", "a1"),
    )


def test_flat_keys_fill_what_is_not_listed_and_unknown_ones_name_themselves() -> None:
    body = usage(
        limits=[listed("session", 42, None)],
        seven_day_opus={"utilization": 7.5, "resets_at": WEEK_TEXT},
        seven_day_oauth_apps={"utilization": 3, "resets_at": None},
        tangelo={"utilization": 4, "resets_at": WEEK_TEXT},
        nimbus={"utilization": 0, "resets_at": None},
        cinder=None,
    )
    assert shares(body) == {
        "five_hour": 0.42,
        "seven_day": 0.12,
        "seven_day:Opus": 0.075,
        "seven_day_oauth_apps": 0.03,
        "tangelo": 0.04,
    }


def test_entries_that_say_something_new_are_shown_as_they_name_themselves() -> None:
    surface = {**listed("weekly_scoped", 5, WEEK_TEXT), "scope": {"surface": "claude_code"}}
    both = listed("weekly_scoped", 6, WEEK_TEXT, "Fable")
    both["scope"]["surface"] = "cowork"
    by_id = {**listed("weekly_scoped", 7, WEEK_TEXT), "scope": {"model": {"id": "opus-9"}}}
    bare = {**listed("weekly_scoped", 8, WEEK_TEXT), "scope": {"model": None, "surface": None}}
    body = {"limits": [surface, both, by_id, bare, listed("fortnight", 9, WEEK_TEXT), None, "x"]}
    assert shares(body) == {
        "seven_day:claude code": 0.05,
        "seven_day:Fable (cowork)": 0.06,
        "seven_day:opus-9": 0.07,
        "weekly_scoped": 0.08,
        "fortnight": 0.09,
    }


@pytest.mark.parametrize("percent", [None, True, "42", -1, 102, 1_795_359_600, [1]])
def test_a_percentage_that_is_none_is_left_out(percent: object) -> None:
    body = {"limits": [listed("session", percent, RESET_TEXT)]}
    assert shares(body) == {}


def money(minor: object, exponent: object = 2) -> dict[str, object]:
    return {"amount_minor": minor, "currency": "EUR", "exponent": exponent}


@pytest.mark.parametrize(
    ("more", "share"),
    [
        ({"spend": {"enabled": True, "percent": 31, "used": money(1_240)}}, 0.31),
        (
            {
                "spend": {
                    "enabled": True,
                    "percent": 100,
                    "used": money(5_000),
                    "limit": money(4_000),
                }
            },
            1.25,
        ),
        ({"spend": {"percent": 100, "used": money(50, 0), "limit": money(4_000)}}, 1.25),
        ({"spend": {"used": money(1_000), "limit": money(4_000)}}, 0.25),
        ({"spend": {"enabled": False, "percent": 31}}, None),
        ({"spend": {"enabled": True, "percent": None, "limit": None}}, None),
        ({"spend": {"percent": 5, "limit": money("x", "y")}}, 0.05),
        ({"extra_usage": {"is_enabled": True, "utilization": 62.5}}, 0.625),
        (
            {"extra_usage": {"is_enabled": True, "monthly_limit": 4_000, "used_credits": 1_000}},
            0.25,
        ),
        (
            {
                "extra_usage": {
                    "is_enabled": True,
                    "utilization": 100,
                    "monthly_limit": 4_000,
                    "used_credits": 5_200,
                }
            },
            1.3,
        ),
        ({"extra_usage": {"is_enabled": True, "monthly_limit": None, "used_credits": 7}}, None),
        ({"extra_usage": {"is_enabled": True, "monthly_limit": 0, "used_credits": 7}}, None),
        ({"extra_usage": {"is_enabled": False, "utilization": 62.5}}, None),
        ({"spend": None, "extra_usage": None}, None),
        (
            {"spend": {"percent": 31}, "extra_usage": {"is_enabled": True, "utilization": 99}},
            0.31,
        ),
    ],
)
def test_money_beyond_the_plan_is_a_reading_where_it_is_on(
    more: dict[str, Any], share: float | None
) -> None:
    assert shares(more).get("spend_limit") == share
    assert len(shares(more)) == (share is not None)


def claude_json(
    fetched: object = FETCHED, body: object = None, *, account: object = "a1", **signed: Any
) -> dict[str, Any]:
    return {
        "numStartups": 3,
        "oauthAccount": {
            "accountUuid": account,
            "organizationUuid": "o1",
            "emailAddress": "someone@example.com",
            "displayName": "Someone",
            **signed,
        },
        "cachedUsageUtilization": {
            "fetchedAtMs": fetched,
            "accountUuid": account,
            "utilization": usage() if body is None else body,
        },
    }


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    path.write_bytes(data)
    return path


def test_the_state_file_gives_usage_as_of_when_it_was_asked_for(home: Path, settings: Make) -> None:
    write(home / ".claude.json", claude_json())
    sources = LocalSources(settings())
    readings = sources.read(NOW)
    assert {reading.captured_at for reading in readings} == {FETCHED}
    assert {reading.owner for reading in readings} == {"a1/o1"}
    assert {reading.source for reading in readings} == {"claude.json"}
    (mark,) = (each for each in marks_of(readings).values() if each.window == "five_hour")
    assert (mark.share, mark.holds(NOW), mark.holds(RESET)) == (0.42, True, False)


@pytest.mark.parametrize(
    ("signed", "plan"),
    [
        (
            {"userRateLimitTier": "default_claude_max_5x", "organizationType": "claude_max"},
            Plan("default_claude_max_5x", "Max 5x"),
        ),
        (
            {"userRateLimitTier": None, "organizationRateLimitTier": "default_claude_max_20x"},
            Plan("default_claude_max_20x", "Max 20x"),
        ),
        (
            {"userRateLimitTier": "", "organizationType": "claude_pro"},
            Plan("", "Pro"),
        ),
        ({"organizationRateLimitTier": "default_claude_pro"}, Plan("default_claude_pro", "Pro")),
        (
            {"organizationRateLimitTier": "default_raven", "organizationType": "claude_team"},
            Plan("default_raven", "Team"),
        ),
        (
            {
                "userRateLimitTier": "default_claude_max_5x",
                "organizationRateLimitTier": "default_raven",
                "organizationType": "claude_team",
            },
            Plan("default_claude_max_5x", "Team (Max 5x)"),
        ),
        ({"organizationRateLimitTier": "lighthouse_9"}, Plan("lighthouse_9", "lighthouse_9")),
        ({"userRateLimitTier": 5, "organizationType": ["x"]}, None),
        ({}, None),
    ],
)
def test_the_plan_is_named_by_the_tier(
    home: Path, settings: Make, signed: dict[str, Any], plan: Plan | None
) -> None:
    write(home / ".claude.json", claude_json(**signed))
    sources = LocalSources(settings())
    assert sources.plan() is None
    sources.read(NOW)
    assert sources.plan() == plan


def test_no_name_or_address_is_ever_kept() -> None:
    state = state_of(json.dumps(claude_json(organizationType="claude_max")).encode(), NOW)
    assert state is not None
    assert state.account == Account("a1", "o1")
    assert "omeone" not in repr(state)


@pytest.mark.parametrize(
    "fetched", [None, True, "now", -1, NOW - 9 * DAY, NOW + HOUR, FETCHED // 1_000]
)
def test_usage_without_a_time_that_can_hold_is_left_out(
    home: Path, settings: Make, fetched: object
) -> None:
    write(home / ".claude.json", claude_json(fetched, userRateLimitTier="x_max_5x"))
    sources = LocalSources(settings())
    assert sources.read(NOW) == ()
    assert sources.plan() == Plan("x_max_5x", "Max 5x")


def test_the_newest_of_two_state_files_holds(home: Path, settings: Make) -> None:
    old = claude_json(FETCHED - HOUR, {"five_hour": {"utilization": 1}}, userRateLimitTier="old")
    write(home / ".claude.json", old)
    write(home / ".claude" / ".claude.json", claude_json(userRateLimitTier="new"))
    sources = LocalSources(settings())
    assert {reading.captured_at for reading in sources.read(NOW)} == {FETCHED - HOUR, FETCHED}
    assert sources.plan() == Plan("new", "new")
    write(home / ".claude.json", {**old, "cachedUsageUtilization": None})
    assert sources.read(NOW) == ()
    assert sources.plan() == Plan("new", "new")


def test_other_roots_have_their_own_state_and_nothing_of_the_home(
    home: Path, tmp_path: Path, settings: Make
) -> None:
    write(home / ".claude.json", claude_json(account="of the home"))
    write(home / ".config" / "Claude" / "plan-usage-history.json", history(sample(NOW, fh=80)))
    write(tmp_path / "work" / ".claude.json", claude_json(account="of work"))
    asked = {"CLAUDE_CONFIG_DIR": str(tmp_path / "work")}
    for chosen in (settings(environment=asked), settings(roots=(tmp_path / "work",))):
        accounts = {reading.owner.partition("/")[0] for reading in LocalSources(chosen).read(NOW)}
        assert accounts == {"of work"}
    assert LocalSources(settings(roots=(tmp_path / "demo",))).read(NOW) == ()
    named = {"CLAUDE_CONFIG_DIR": f"{tmp_path / 'work'},{home / '.claude'}"}
    both = LocalSources(settings(environment=named)).read(NOW)
    assert {reading.source for reading in both} == {"claude.json", "desktop"}


def sample(time: object, org: str = "o1", **used: Any) -> dict[str, Any]:
    return {"t": time, "org": org, "u": used}


def history(*samples: Any) -> dict[str, Any]:
    return {"version": 2, "samples": list(samples)}


def said_by(*samples: Any, **more: Any) -> list[tuple[str, float]]:
    readings = readings_of_history(json.dumps(history(*samples)).encode(), NOW, **more)
    return [(each.window, round(each.used_share, 6)) for each in readings or ()]


def test_the_desktop_apps_history_has_percentages_without_resets() -> None:
    data = json.dumps(history(sample(NOW - HOUR, fh=12, sd=37, xu=131))).encode()
    assert readings_of_history(data, NOW) == (
        Reading("five_hour", 0.12, None, NOW - HOUR, "desktop", "/o1"),
        Reading("seven_day", 0.37, None, NOW - HOUR, "desktop", "/o1"),
        Reading("spend_limit", 1.31, None, NOW - HOUR, "desktop", "/o1"),
    )


def test_the_whole_history_tells_shares_from_percentages() -> None:
    long_ago = sample(NOW - 20 * DAY, fh=55, sd=3)
    assert said_by(sample(NOW, fh=1, sd=0)) == [("five_hour", 0.01), ("seven_day", 0.0)]
    assert said_by(sample(NOW, fh=1, sd=0.5)) == [("five_hour", 1.0), ("seven_day", 0.5)]
    assert said_by(sample(NOW, fh=1, sd=0.5), long_ago) == [
        ("five_hour", 0.01),
        ("seven_day", 0.005),
    ]
    assert said_by(sample(NOW, fh=0.4, xu=1.31)) == [("five_hour", 0.4), ("spend_limit", 1.31)]


def test_samples_of_the_last_eight_days_count_oldest_first() -> None:
    samples = [
        sample(NOW, fh=5),
        sample(NOW - 8 * DAY + 1, fh=3),
        sample(NOW - 8 * DAY, fh=2),
        sample(NOW + HOUR, fh=6),
        sample("then", fh=7),
        sample(NOW - 1, fh=1_795_359_600, sd=-1, xx=4),
        None,
        {"t": NOW},
    ]
    assert said_by(*samples) == [("five_hour", 0.03), ("five_hour", 0.05)]
    assert said_by(*samples, after=NOW - 1) == [("five_hour", 0.05)]


def test_samples_of_the_own_organization_are_the_accounts(home: Path, settings: Make) -> None:
    write(home / ".claude.json", claude_json(body={}))
    path = home / ".config" / "Claude" / "plan-usage-history.json"
    write(path, history(sample(NOW - 2, fh=20), sample(NOW - 1, "o2", fh=30)))
    sources = LocalSources(settings())
    assert [(each.owner, each.used_share) for each in sources.read(NOW)] == [
        ("a1/o1", 0.2),
        ("/o2", 0.3),
    ]
    write(path, history(sample(NOW - 2, fh=20), sample(NOW - 1, "o2", fh=30), sample(NOW, fh=40)))
    assert [each.used_share for each in sources.read(NOW)] == [0.4], "what is new alone"


def test_each_platform_has_its_places(tmp_path: Path) -> None:
    end = Path("Claude") / "plan-usage-history.json"
    assert history_paths({}, tmp_path, "darwin") == (
        tmp_path / "Library" / "Application Support" / end,
    )
    assert history_paths({}, tmp_path, "linux") == (tmp_path / ".config" / end,)
    assert history_paths({"XDG_CONFIG_HOME": "/x"}, tmp_path, "linux") == (Path("/x") / end,)
    package = tmp_path / "Packages" / "Claude_pzs8sxrjxfjjc"
    package.mkdir(parents=True)
    given = {"APPDATA": "/r", "LOCALAPPDATA": str(tmp_path)}
    roaming, store = history_paths(given, tmp_path, "win32")
    assert roaming == Path("/r") / end
    assert store == package / "LocalCache" / "Roaming" / end
    assert history_paths({}, tmp_path, "win32")[0] == tmp_path / "AppData" / "Roaming" / end


def test_files_are_read_once_for_each_change(
    home: Path, settings: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = _trap(monkeypatch)
    sources = LocalSources(settings())
    assert not sources.changed(), "there is nothing yet"
    path = write(home / ".claude.json", claude_json())
    opened.clear()
    assert sources.changed()
    assert opened == []
    assert len(sources.read(NOW)) == 3
    assert opened == [str(path)]
    assert not sources.changed()
    assert sources.read(NOW) == ()
    assert opened == [str(path)]
    path.touch()
    os.utime(path, ns=(1, 1))
    assert sources.changed()
    assert sources.read(NOW) == (), "it says what it said"
    write(path, claude_json(NOW))
    assert [reading.captured_at for reading in sources.read(NOW)] == [NOW] * 3
    path.unlink()
    assert sources.changed()
    assert sources.read(NOW) == ()
    assert not sources.changed()


def _trap(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every file that is opened from here on; what an `opener` opens counts once."""
    opened: list[str] = []
    within: list[str] = []
    really_open, really_low = builtins.open, os.open

    def noted(path: Any, *rest: Any, **more: Any) -> Any:
        opened.append(str(path))
        within.append(str(path))
        try:
            return really_open(path, *rest, **more)
        finally:
            within.pop()

    def noted_low(path: Any, *rest: Any, **more: Any) -> int:
        if str(path) not in within:
            opened.append(str(path))
        return really_low(path, *rest, **more)

    monkeypatch.setattr(builtins, "open", noted)
    monkeypatch.setattr("io.open", noted)
    monkeypatch.setattr(os, "open", noted_low)
    return opened


def test_credentials_are_never_opened(
    home: Path, settings: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = {"claudeAiOauth": {"accessToken": "sk-ant-made-up"}}
    for place in (home, home / ".claude", home / ".config" / "claude"):
        write(place / ".credentials.json", secret)
        write(place / ".claude.json", claude_json())
    write(home / ".config" / "Claude" / "plan-usage-history.json", history(sample(NOW, fh=1)))
    opened = _trap(monkeypatch)
    assert LocalSources(settings()).read(NOW)
    assert {Path(path).name for path in opened} == {".claude.json", "plan-usage-history.json"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe{}",
        b'{"oauthAccount": [], "cachedUsageUtilization": 5}',
        b'{"oauthAccount": {"accountUuid": 5}, "cachedUsageUtilization": {"utilization": []}}',
        b"[" * 100_000,
        b'{"cachedUsageUtilization": ' + b"[" * 100_000,
        b'{"samples": {}}',
        b'{"samples": [[], {"t": {}, "u": []}, {"t": 1e400, "u": {"fh": 1e400}}]}',
    ],
)
def test_damaged_files_say_nothing(home: Path, settings: Make, content: bytes) -> None:
    write(home / ".claude.json", content)
    write(home / ".config" / "Claude" / "plan-usage-history.json", content)
    sources = LocalSources(settings())
    assert sources.read(NOW) == ()
    assert sources.plan() is None
    assert not sources.changed()


def test_what_is_torn_while_it_is_written_takes_nothing_away(home: Path, settings: Make) -> None:
    path = write(home / ".claude.json", claude_json(userRateLimitTier="default_claude_max_5x"))
    sources = LocalSources(settings())
    assert sources.read(NOW)
    write(path, path.read_bytes()[:100])
    assert sources.read(NOW) == ()
    assert sources.plan() == Plan("default_claude_max_5x", "Max 5x")


@pytest.mark.posix
def test_what_is_no_file_to_read_is_passed_over(
    home: Path, settings: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".claude.json").mkdir()
    os.mkfifo(home / ".config.fifo")
    (home / ".claude").mkdir()
    (home / ".claude" / ".claude.json").symlink_to(home / ".config.fifo")
    huge = home / ".config" / "claude" / ".claude.json"
    write(huge, claude_json())
    os.truncate(huge, 21 << 20)
    refused = write(home / ".config" / "Claude" / "plan-usage-history.json", history())
    opened = _trap(monkeypatch)
    refused.chmod(0)
    sources = LocalSources(settings())
    assert sources.read(NOW) == ()
    assert opened == [str(refused)]
    assert not sources.changed()


keys = (
    "limits kind percent resets_at scope model display_name surface spend used limit amount_minor"
    " exponent extra_usage is_enabled utilization five_hour monthly_limit used_credits samples t u"
    " fh sd xu org fetchedAtMs cachedUsageUtilization oauthAccount"
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys.split()), inner)
    ),
    max_leaves=20,
)


@repeatable
@given(json_values)
def test_nothing_said_makes_reading_fail(body: object) -> None:
    for reading in readings_of_usage(body, NOW, "claude.json"):
        assert reading.used_share >= 0
    data = json.dumps(body).encode()
    state_of(data, NOW)
    readings_of_history(data, NOW)
    wrapped = {"cachedUsageUtilization": {"fetchedAtMs": NOW, "utilization": body}}
    state = state_of(json.dumps(wrapped).encode(), NOW)
    assert state is None or all(each.captured_at == NOW for each in state.readings)
