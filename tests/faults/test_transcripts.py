"""Bad files and directories below a root: each is named, the rest is counted."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from engine.domain.files import open_regular
from engine.domain.scans import Scan
from engine.domain.settings import Settings
from engine.ingest import discover
from engine.ingest.pieces import Pieces
from engine.ingest.tail import Tail
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.faults.written import append, prompt, response, responses, sentences, transcript
from tests.patience import PATIENCE
from tests.slow_reading import read
from tui.tables.health_page import health_lines

MakeSettings = Callable[..., Settings]
AsUser = Callable[[], AbstractContextManager[None]]


def _doctor(monitor: Monitor) -> str:
    return "\n".join(health_lines(monitor.health(), "UTC"))


@pytest.mark.posix
def test_unreadable_directories_and_files_are_named_and_the_rest_is_counted(
    open_place: Path, settings: MakeSettings, as_user: AsUser
) -> None:
    good = transcript(open_place, "-good/s1.jsonl", responses(range(5)))
    closed = transcript(open_place, "-closed/s2.jsonl", responses(range(3), "s2")).parent
    file = transcript(open_place, "-good/s3.jsonl", responses(range(4), "s3"))
    right = read(open_place)
    for path in (open_place / "projects", good.parent):
        path.chmod(0o755)
    closed.chmod(0)
    file.chmod(0)
    with Monitor(settings(roots=(open_place,))) as monitor:
        with as_user():
            monitor.read()
            told, doctor = sentences(monitor.snapshot()), _doctor(monitor)
        assert_agreement(monitor, [each for each in right if each.session == "s1"])
        assert "could not be read (Permission denied)" in told
        assert "the rest is counted" in told
        assert f"  {closed}: Permission denied" in doctor
        assert f"  {file}: Permission denied" in doctor
        closed.chmod(0o755)
        file.chmod(0o644)
        with as_user():
            monitor.read()
        assert_agreement(monitor, right)
        assert not monitor.snapshot().notices


@pytest.mark.posix
def test_a_root_that_cannot_be_listed_is_named_among_the_places(
    open_place: Path, settings: MakeSettings, as_user: AsUser
) -> None:
    transcript(open_place, "-a/s1.jsonl", responses(range(5)))
    (open_place / "projects").chmod(0)
    with as_user(), Monitor(settings(roots=(open_place,))) as monitor:
        monitor.read()
        snapshot = monitor.snapshot()
        assert [place.found for place in snapshot.places] == ["permission denied"]
        assert "Permission denied" in sentences(snapshot)
        assert f"{open_place}: permission denied" in _doctor(monitor)


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="no /proc/self/mem to fail on")
def test_a_file_that_gives_an_input_output_error_is_named(
    tmp_path: Path, settings: MakeSettings
) -> None:
    transcript(tmp_path, "-a/s1.jsonl", responses(range(5)))
    right = read(tmp_path)
    failing = tmp_path / "projects" / "-a" / "failing.jsonl"
    failing.symlink_to("/proc/self/mem")
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.read()
        assert_agreement(monitor, right)
        assert f"{failing} could not be read (Input/output error)" in sentences(monitor.snapshot())
        assert f"  {failing}: Input/output error" in _doctor(monitor)


@pytest.mark.posix
def test_what_only_looks_like_a_transcript_is_passed_over(
    tmp_path: Path, settings: MakeSettings
) -> None:
    place = transcript(tmp_path, "-a/s1.jsonl", responses(range(5))).parent
    right = read(tmp_path)
    (place / "directory.jsonl").mkdir()
    (place / "dangling.jsonl").symlink_to("nowhere")
    (place / "itself.jsonl").symlink_to("itself.jsonl")
    os.mkfifo(place / "pipe.jsonl")
    (place / "empty.jsonl").touch()
    (place / "no transcript.json").write_bytes(responses(range(50, 60)))
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.read()
        assert_agreement(monitor, right)
        assert not monitor.snapshot().notices


def test_rubbish_named_like_a_transcript_is_listed_and_what_is_whole_in_it_counted(
    tmp_path: Path, settings: MakeSettings
) -> None:
    dice = random.Random(5)
    rubbish = dice.randbytes(300_000)
    transcript(tmp_path, "-a/s1.jsonl", responses(range(5)))
    bad = transcript(
        tmp_path, "-a/rubbish.jsonl", rubbish + b"\n" + response(8) + rubbish[::-1] + b"\n"
    )
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.read()
        assert len(read(tmp_path)) == 6
        assert_agreement(monitor, read(tmp_path))
        health = monitor.health()
        assert health.roots[0].bad_lines > 1_000
        assert {line.path for line in health.bad_lines} == {str(bad)}
        assert health.bad_lines[0].offset == 0
        assert f"  {bad} at byte 0: not a JSON object" in _doctor(monitor)


def test_a_file_that_vanishes_between_looking_and_reading_disturbs_nothing(
    tmp_path: Path, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript(tmp_path, "-a/s1.jsonl", responses(range(5)))
    right = read(tmp_path)
    gone = transcript(tmp_path, "-a/gone.jsonl", responses(range(3), "gone"))
    walk = discover.walk

    def walk_and_lose(*given: Any) -> discover.Walk:
        found = walk(*given)
        gone.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(discover, "walk", walk_and_lose)
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.read()
        assert_agreement(monitor, right)
        assert not monitor.snapshot().notices


def test_a_file_that_grows_by_much_between_looking_and_reading_is_read_once(
    tmp_path: Path, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = transcript(tmp_path, "-a/s1.jsonl", response(0))
    walk, tail_read = discover.walk, Tail.read
    readings: list[object] = []

    def walk_and_grow(*given: Any) -> discover.Walk:
        found = walk(*given)
        append(path, responses(range(1, 20)))
        return found

    def counted(*given: Any) -> Scan | None:
        readings.append(given)
        assert len(readings) < 50, "the same is read again and again"
        return tail_read(*given)

    monkeypatch.setattr(Pieces, "most", 1_000)
    monkeypatch.setattr(discover, "walk", walk_and_grow)
    monkeypatch.setattr(Tail, "read", counted)
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.read()
        assert_agreement(monitor, read(tmp_path))


def test_files_that_vanish_and_shrink_while_they_are_read_harm_no_other(
    tmp_path: Path, settings: MakeSettings
) -> None:
    padding = prompt("x" * 1_000) * 200
    fragile = []
    for number in range(60):
        stays = f"stays-{number}"
        transcript(tmp_path, f"-a/{stays}.jsonl", responses(range(3), stays))
        name = f"goes-{number}"
        fragile.append(
            transcript(tmp_path, f"-b/{name}.jsonl", responses(range(9), name) + padding * 5)
        )
    whole = {(each.session, each.time) for each in read(tmp_path)}

    def destroy() -> None:
        for number, path in enumerate(fragile):
            if number % 2:
                path.unlink()
            else:
                os.truncate(path, 700)

    with Monitor(settings(roots=(tmp_path,))) as monitor:
        destroyer = threading.Thread(target=destroy)
        destroyer.start()
        monitor.read()
        destroyer.join()
        monitor.read()
        rows = {row.key: row.figures.responses for row in monitor.report("sessions", "all").rows}
        assert all(rows[f"stays-{number}"] == 3 for number in range(60))
        assert sum(rows.values()) <= len(whole)
        assert all(rows[f"goes-{number}"] >= 1 for number in range(0, 60, 2))
        assert not monitor.snapshot().notices


@pytest.mark.posix
def test_links_to_directories_are_followed_once_even_in_a_loop(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    transcript(root, "-a/s1.jsonl", responses(range(5)))
    transcript(elsewhere, "-linked/s2.jsonl", responses(range(7), "s2"))
    projects = root / "projects"
    (projects / "-linked").symlink_to(elsewhere / "projects" / "-linked")
    (projects / "-linked-again").symlink_to(elsewhere / "projects" / "-linked")
    (projects / "-a" / "up").symlink_to(projects)
    (projects / "-a" / "self").symlink_to("self")
    (projects / "-a" / "s1-again.jsonl").symlink_to(projects / "-a" / "s1.jsonl")
    with Monitor(settings(roots=(root,))) as monitor:
        monitor.read()
        report = monitor.report("projects", "all")
        assert report.totals.figures.responses == 12
        assert {row.key for row in report.rows} == {"/code/somewhere"}, "both work there"
        assert monitor.health().roots[0].files == 2
        assert not monitor.snapshot().notices


@pytest.mark.parametrize("signs", ["[]", '{"a":}'], ids=["lists", "objects"])
@pytest.mark.parametrize("depth", [500, 5_000, 100_000])
def test_a_response_is_counted_whatever_is_nested_beside_it(
    depth: int, signs: str, tmp_path: Path, settings: MakeSettings
) -> None:
    plain = responses(range(3)).splitlines()
    deep = (signs[:-1] * depth + "1" + signs[-1] * depth).encode()
    plain[1] = b'{"toolUseResult":' + deep + b"," + plain[1][1:]
    broken = b'{"toolUseResult":' + b"[" * depth + plain[2]
    transcript(tmp_path, "-a/s1.jsonl", b"\n".join((*plain[:2], broken)) + b"\n")
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.read()
        assert monitor.snapshot().responses == 3
        assert monitor.health().roots[0].bad_lines == 1


@pytest.mark.posix
def test_a_transcript_that_leads_to_what_never_ends_keeps_nobody_waiting(
    tmp_path: Path, settings: MakeSettings
) -> None:
    kernel = Path("/proc/kmsg")
    if not kernel.exists() or not os.access(kernel, os.R_OK):
        pytest.skip("there is no such file here, or it cannot be read")
    transcript(tmp_path, "-a/s1.jsonl", responses(range(3)))
    (tmp_path / "projects" / "-a" / "s2.jsonl").symlink_to(kernel)
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        reading = threading.Thread(target=monitor.read, daemon=True)
        reading.start()
        reading.join(PATIENCE)
        assert not reading.is_alive()
        assert monitor.snapshot().responses == 3


@pytest.mark.posix
def test_only_a_regular_file_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(OSError, match="not a regular file"):
            open_regular(path)
