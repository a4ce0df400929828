"""Times and zones where the C library refuses, and where the system names its zone otherwise."""

from __future__ import annotations

import os
import sys
import time
import types
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.system_zone import SystemZone
from engine.domain.times import day_of, iso_time, moment_at, open_zone
from tui.words.format import day_clock

_REPOSITORY = Path(__file__).resolve().parents[2]
_LAST = 253_370_764_800_000
"""The year 9999, in UTC milliseconds."""


@given(st.integers(-62_000_000_000_000, _LAST))
def test_every_moment_can_be_told_without_the_c_library(moment: int) -> None:
    told = moment_at(moment)
    assert told == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment)
    assert iso_time(moment).endswith("Z")
    assert day_clock(moment, "Asia/Tokyo", 2026)


@given(st.integers(0, 32_000_000_000_000))
def test_it_is_what_the_c_library_tells_where_it_does(moment: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert moment_at(moment, zone) == datetime.fromtimestamp(moment // 1_000, zone).replace(
        microsecond=moment % 1_000 * 1_000
    )
    assert day_of(moment, zone) == datetime.fromtimestamp(moment // 1_000, zone).date()


def test_nothing_asks_the_c_library_for_a_moment() -> None:
    for room in ("engine", "tui"):
        for path in (_REPOSITORY / room).rglob("*.py"):
            assert "fromtimestamp(" not in path.read_text("utf-8"), path


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The registry's key of the zone, read by the real `tzlocal`."""
    values: dict[str, Any] = {}
    winreg: Any = types.ModuleType("winreg")
    winreg.HKEY_LOCAL_MACHINE = 0
    winreg.ConnectRegistry = lambda *_: 0
    winreg.OpenKey = lambda *_: types.SimpleNamespace(Close=lambda: None)
    winreg.QueryInfoKey = lambda _key: (0, len(values), 0)
    winreg.EnumValue = lambda _key, number: (*list(values.items())[number], 1)
    if sys.platform != "win32":
        monkeypatch.setitem(sys.modules, "winreg", winreg)
    win32 = pytest.importorskip("tzlocal.win32")
    monkeypatch.setattr(win32, "winreg", winreg)
    monkeypatch.setattr(win32, "_cache_tz_name", None)
    yield values
    win32._cache_tz_name = None


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("W. Europe Standard Time\0\0", "Europe/Berlin"),
        ("Eastern Standard Time", "America/New_York"),
        ("India Standard Time", "Asia/Calcutta"),
    ],
)
def test_windows_zone_has_summer_and_winter(
    key: str, name: str, registry: dict[str, Any], tmp_path: Path
) -> None:
    registry["TimeZoneKeyName"] = key
    found, zone = open_zone(None, {}, tmp_path / "none", "win32")
    assert found == name
    for text in ("2026-01-15T12:00", "2026-07-15T12:00"):
        there = datetime.fromisoformat(text).replace(tzinfo=UTC)
        assert there.astimezone(zone).utcoffset() == there.astimezone(ZoneInfo(name)).utcoffset()


def test_a_zone_without_summer_time_by_the_users_wish(
    registry: dict[str, Any], tmp_path: Path
) -> None:
    registry |= {"TimeZoneKeyName": "Eastern Standard Time", "DynamicDaylightTimeDisabled": 1}
    _, zone = open_zone(None, {}, tmp_path / "none", "win32")
    summer = datetime(2026, 7, 15, tzinfo=UTC)
    assert summer.astimezone(zone).utcoffset() == timedelta(hours=-5)


@pytest.mark.parametrize("values", [{}, {"TimeZoneKeyName": "No such zone"}])
def test_a_registry_that_names_no_zone_leaves_it_to_the_c_library(
    values: dict[str, Any], registry: dict[str, Any], tmp_path: Path
) -> None:
    registry |= values
    name, zone = open_zone(None, {}, tmp_path / "none", "win32")
    assert (name, isinstance(zone, SystemZone)) == ("local", True)


def test_the_variable_goes_before_the_registry(registry: dict[str, Any]) -> None:
    registry["TimeZoneKeyName"] = "W. Europe Standard Time"
    assert open_zone(None, {"TZ": "Asia/Tokyo"}, platform="win32")[0] == "Asia/Tokyo"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize(
    "place",
    [
        "usr/share/zoneinfo.default",
        "var/db/timezone/zoneinfo",
        "private/var/db/timezone/tz/2026a.1.0/zoneinfo",
    ],
)
def test_macos_names_its_zone_by_links_of_several_kinds(place: str, tmp_path: Path) -> None:
    target = tmp_path / place / "America" / "New_York"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"not looked into")
    (tmp_path / "localtime").symlink_to(target)
    assert open_zone(None, {}, tmp_path / "localtime", "darwin")[0] == "America/New_York"


@pytest.fixture
def clock_of_system(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the C library into a zone with summer time, by rules and not by a name."""
    if not hasattr(time, "tzset"):
        pytest.skip("the C library's zone cannot be set here")
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_zone_that_only_the_c_library_knows_has_summer_and_winter(
    clock_of_system: None,
) -> None:
    name, zone = open_zone(None, os.environ)
    berlin = ZoneInfo("Europe/Berlin")
    assert name == "local"
    for hours in range(0, 24 * 366, 7):
        moment = 1_767_222_000_000 + hours * 3_600_000
        there = moment_at(moment, zone)
        assert there.replace(tzinfo=None) == moment_at(moment, berlin).replace(tzinfo=None)
        assert there.astimezone(UTC) == moment_at(moment)
    assert day_clock(1_784_116_800_000, "local") == day_clock(1_784_116_800_000, "Europe/Berlin")


@given(moment=st.integers(-(10**11), 10**14))
@settings(max_examples=50, deadline=None)
def test_a_c_library_that_refuses_a_moment_stops_nothing(moment: int) -> None:
    def refusing(seconds: float | None = None) -> time.struct_time:
        if seconds is not None and not 0 <= seconds < 32_536_850_400:
            raise OSError(22, "Invalid argument")
        return really(seconds)

    really = time.localtime
    time.localtime = refusing
    try:
        assert moment_at(moment, SystemZone()).astimezone(UTC) == moment_at(moment)
    finally:
        time.localtime = really
