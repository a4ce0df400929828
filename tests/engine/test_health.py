"""Health: what could not be read and where, what has no price, what will be deleted, and sizes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.found import Health
from engine.domain.settings import Settings
from engine.monitor import Monitor
from engine.reports.health import cleanup_days
from tests.conftest import NOW
from tests.made_lines import DAY, MINUTE, answer, write

MakeSettings = Callable[..., Settings]


@pytest.fixture
def health(tmp_path: Path, settings: MakeSettings) -> Callable[..., Health]:
    """Read what lies below `tmp_path` and tell its health."""

    def make(**given: object) -> Health:
        with Monitor(settings(**{"roots": (tmp_path,), **given})) as monitor:
            monitor.read()
            return monitor.health()

    return make


def test_lines_that_could_not_be_read_are_named_with_offset_and_reason(
    tmp_path: Path, health: Callable[..., Health]
) -> None:
    good, timeless = answer("a", NOW - MINUTE), answer("b", NOW).replace(b'"timestamp"', b'"time"')
    broken = answer("c", NOW)[:-40] + b"\n"
    path = write(tmp_path, good, b"rubbish\n", good, timeless, b'{"type":"user"}\n', broken)
    found = health()
    assert [(line.path, line.offset, line.reason) for line in found.bad_lines] == [
        (str(path), len(good), "not a JSON object"),
        (str(path), 2 * len(good) + 8, "a response without a time and zone"),
        (str(path), 2 * len(good) + 8 + len(timeless) + 16, "a broken record"),
    ]
    (root,) = found.roots
    assert (root.path, root.files, root.lines, root.bad_lines) == (str(tmp_path), 1, 6, 3)
    assert root.bytes == path.stat().st_size
    assert (found.responses, found.first_response, found.last_response) == (
        1,
        NOW - MINUTE,
        NOW - MINUTE,
    )


def test_bad_lines_are_those_of_the_roots_in_force_and_stay_known(
    tmp_path: Path, health: Callable[..., Health]
) -> None:
    ledger = str(tmp_path / "ledger.db")
    one, two = tmp_path / "one", tmp_path / "two"
    write(one, answer("a", NOW), b"rubbish\n")
    write(two, b"more rubbish\n", answer("b", NOW))
    for roots in ((one,), (two,), (one, two), (one,)):
        found = health(roots=roots, ledger=ledger)
        assert {Path(line.path).parts[-4] for line in found.bad_lines} == {
            root.name for root in roots
        }
        assert [root.bad_lines for root in found.roots] == [1] * len(roots)
        assert found.responses == len(roots)


def test_models_without_a_price_are_named_and_others_are_not(
    tmp_path: Path, health: Callable[..., Health]
) -> None:
    write(
        tmp_path,
        answer("a", NOW),
        answer("b", NOW, model="nobody-s-model-9"),
        answer("c", NOW, model="a-model-of-nobody"),
    )
    assert health().unpriced_models == ("a-model-of-nobody", "nobody-s-model-9")


def test_the_clean_up_is_thirty_days_unless_settings_say_otherwise(tmp_path: Path) -> None:
    ours, local = tmp_path / "settings.json", tmp_path / "settings.local.json"
    assert cleanup_days(tmp_path) == (30, True)
    ours.write_text(json.dumps({"cleanupPeriodDays": 365, "theme": "dark"}), "utf-8")
    assert cleanup_days(tmp_path) == (365, False)
    local.write_text(json.dumps({"theme": "light"}), "utf-8")
    assert cleanup_days(tmp_path) == (365, False)
    local.write_text(json.dumps({"cleanupPeriodDays": 7}), "utf-8")
    assert cleanup_days(tmp_path) == (7, False)
    local.unlink()
    for damaged in ("", "{", "[1]", "null", '{"cleanupPeriodDays": "9"}', "\udcff"):
        ours.write_text(damaged, "utf-8", "surrogateescape")
        assert cleanup_days(tmp_path) == (30, True)
    ours.write_text('{"cleanupPeriodDays": true}', "utf-8")
    assert cleanup_days(tmp_path) == (30, True)


def test_what_will_be_deleted_within_a_week_and_when_is_told(
    tmp_path: Path, health: Callable[..., Health]
) -> None:
    for days in (1, 22, 23, 24, 29):
        path = write(tmp_path, answer(str(days), NOW), name=f"-a/s{days}.jsonl")
        os.utime(path, ns=(0, (NOW - days * DAY) * 1_000_000))
    (root,) = health().roots
    assert (root.cleanup_days, root.cleanup_is_default) == (30, True)
    assert root.files_deleted_within_week == 3
    assert root.oldest_deleted_at == NOW + DAY
    (tmp_path / "settings.json").write_text('{"cleanupPeriodDays": 60}', "utf-8")
    (root,) = health().roots
    assert (root.cleanup_days, root.cleanup_is_default) == (60, False)
    assert root.files_deleted_within_week == 0
    assert root.oldest_deleted_at == NOW + 31 * DAY


def test_a_root_without_transcripts_has_nothing_to_delete(
    tmp_path: Path, health: Callable[..., Health]
) -> None:
    (tmp_path / "projects").mkdir()
    (root,) = health().roots
    assert (root.files, root.lines, root.bad_lines, root.bytes) == (0, 0, 0, 0)
    assert (root.files_deleted_within_week, root.oldest_deleted_at) == (0, None)


def test_the_ledger_s_place_and_size_are_told(
    tmp_path: Path, health: Callable[..., Health], settings: MakeSettings
) -> None:
    write(tmp_path, answer("a", NOW))
    in_memory = health()
    assert (in_memory.is_ledger_in_memory, in_memory.ledger_size) == (True, 0)
    ledger = tmp_path / "ledger.db"
    with Monitor(settings(roots=(tmp_path,), ledger=str(ledger))) as monitor:
        monitor.read()
        found = monitor.health()
        on_disk = sum(path.stat().st_size for path in tmp_path.glob("ledger.db*"))
    assert (found.is_ledger_in_memory, found.ledger_path) == (False, str(ledger))
    assert found.ledger_size == on_disk > 0


def test_places_the_way_of_watching_and_versions_are_told(
    tmp_path: Path, health: Callable[..., Health]
) -> None:
    write(tmp_path, answer("a", NOW))
    found = health()
    assert found.generated_at == NOW
    assert [(place.path, place.found) for place in found.places] == [
        (str(tmp_path), "1 transcript")
    ]
    assert found.watch.startswith("polling")
    versions = dict(found.versions)
    assert {"python", "sqlite", "msgspec", "textual", "watchfiles", "platform"} <= set(versions)
    assert all(versions.values())
