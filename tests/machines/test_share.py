"""`ccmon share`: what leaves is asked for, what is broken is told, and all can be undone."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from engine.domain.questions import Question
from engine.machines.share_files import BadShare
from engine.machines.share_folder import read_shared
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.machines.shared_homes import Home
from tests.made_lines import MINUTE, answer, write
from tests.patience import PATIENCE
from tui.cli import main


@pytest.fixture
def homes(tmp_path: Path) -> tuple[Home, Home]:
    """Two machines that share one folder, each with a response of its own and one of both."""
    made = (Home(tmp_path / "desk", "desk"), Home(tmp_path / "laptop", "laptop"))
    both = answer("both", NOW - 9 * MINUTE, 1_000)
    for number, home in enumerate(made):
        home.folder.rmdir()
        home.folder = tmp_path / "sync"
        home.folder.mkdir(exist_ok=True)
        write(home.roots[1], both, answer(f"own{number}", NOW - MINUTE, 10 + number))
    return made


def _tokens(home: Home) -> int:
    return home.answers()[""].tokens.total


def _files(home: Home) -> list[Path]:
    return sorted(home.folder.glob("*.ccmon"))


def test_a_response_of_both_machines_counts_once(homes: tuple[Home, Home]) -> None:
    for home in homes:
        home.begin()
    for home in homes:
        assert _tokens(home) == 1_021
        assert set(home.answers()) == {"", "desk", "laptop"}


def test_what_was_written_says_nothing_but_numbers_and_names(homes: tuple[Home, Home]) -> None:
    desk, _ = homes
    line = answer("text", NOW, cwd="/secret/place", slug="sly")
    line = line.replace(b'"usage"', b'"content":"psst","usage"')
    write(desk.roots[1], line)
    desk.begin(is_redacted=True)
    (file,) = _files(desk)
    _, shared = read_shared(str(file), 0)
    said = repr(shared)
    assert "msg_01" not in said
    assert not any(word in said for word in ("psst", "secret", "code-app", "sly"))
    assert {each.project[:9] for each in shared.responses.values()} == {"redacted-"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data[: len(data) // 2], "it is not whole yet"),
        (lambda data: bytes(len(data)), "it is not whole yet"),
        (lambda data: data[:-9] + bytes(9), "it is damaged"),
        (lambda data: data.replace(b'share":1', b'share":9', 1), "a newer ccmon wrote it"),
        (lambda data: b"<html>\n" + data, "it is no file of ccmon's"),
    ],
)  # fmt: skip
def test_a_file_that_is_broken_is_told_and_read_when_it_is_whole(
    homes: tuple[Home, Home], change: object, reason: str
) -> None:
    desk, laptop = homes
    desk.begin()
    (file,) = _files(desk)
    data = file.read_bytes()
    file.write_bytes(change(data))  # type: ignore[operator]
    laptop.begin()
    with Monitor(laptop.settings()) as monitor:
        ((path, said),) = monitor.machines.share().troubles
        assert path == str(file)
        assert said.startswith(reason)
        assert (str(file), said) in monitor.health().refused
    assert _tokens(laptop) == 1_011
    file.write_bytes(data)
    assert _tokens(laptop) == 1_021


def test_a_conflicted_copy_is_told_and_counts_once(homes: tuple[Home, Home]) -> None:
    desk, laptop = homes
    desk.begin()
    (file,) = _files(desk)
    copy = file.with_name(f"{file.stem} (conflicted copy 2026-11-22).ccmon")
    copy.write_bytes(file.read_bytes())
    file.unlink()
    laptop.begin()
    assert _tokens(laptop) == 1_021
    with Monitor(laptop.settings()) as monitor:
        assert monitor.machines.share().copies == (str(copy),)
    desk.read()
    assert _tokens(laptop) == 1_021


def test_files_that_were_taken_away_are_written_anew(homes: tuple[Home, Home]) -> None:
    desk, _ = homes
    desk.begin()
    (file,) = _files(desk)
    file.unlink()
    write(desk.roots[1], answer("more", NOW))
    desk.read()
    (again,) = _files(desk)
    assert len(read_shared(str(again), 0)[1].responses) == 3


def test_a_lost_ledger_doubles_and_loses_nothing(homes: tuple[Home, Home]) -> None:
    desk, laptop = homes
    desk.begin()
    laptop.begin()
    desk.lose_ledger()
    (desk.roots[1] / "projects" / "-code-app" / "s1.jsonl").unlink()
    for home in homes:
        home.read()
        assert _tokens(home) == 1_021
        assert home.answers()["desk"].responses + home.answers()["laptop"].responses == 3


def test_stopping_takes_back_what_was_written(homes: tuple[Home, Home]) -> None:
    desk, laptop = homes
    desk.begin()
    laptop.begin()
    assert _tokens(desk) == 1_021
    with Monitor(desk.settings()) as monitor:
        assert monitor.machines.sharing.stop(str(desk.folder))
        assert not monitor.machines.sharing.stop(str(desk.folder))
    assert _tokens(desk) == 1_010
    (left,) = _files(laptop)
    assert left.name.startswith(
        json.loads((laptop.place / "data" / "machine.json").read_text())["id"]
    )


def test_a_name_that_changes_is_seen_by_all(homes: tuple[Home, Home]) -> None:
    desk, laptop = homes
    desk.begin()
    laptop.begin()
    with Monitor(desk.settings()) as monitor:
        monitor.machines.sharing.call("tower", "Ada")
        monitor.machines.share()
    assert set(laptop.answers()) == {"", "tower", "laptop"}
    with Monitor(laptop.settings()) as monitor:
        row = monitor.answers.answer(Question(kind="daily")).rows[0].row
        assert {part.name for part in row.by_person} == {"Ada", ""}


def test_a_folder_that_is_gone_keeps_what_was_counted(homes: tuple[Home, Home]) -> None:
    desk, laptop = homes
    desk.begin()
    laptop.begin()
    assert _tokens(desk) == 1_021
    os.rename(desk.folder, desk.folder.with_name("away"))
    assert _tokens(desk) == 1_021


def test_who_follows_sees_what_others_write(homes: tuple[Home, Home]) -> None:
    desk, laptop = homes
    desk.begin()
    laptop.begin()
    seen = threading.Event()
    with Monitor(desk.settings()) as monitor:

        def look() -> None:
            if monitor.snapshot().month.tokens.total == 1_121:
                seen.set()

        monitor.start(look)
        write(laptop.roots[1], answer("later", NOW, 100))
        laptop.read()
        assert seen.wait(PATIENCE)


def test_other_directories_are_not_mixed_with_what_is_shared(homes: tuple[Home, Home]) -> None:
    from msgspec.structs import replace

    desk, laptop = homes
    desk.begin()
    laptop.begin()
    with Monitor(replace(desk.settings(), roots=(desk.roots[1],))) as monitor:
        monitor.catch_up()
        assert monitor.answers.answer(Question(kind="daily")).totals.figures.tokens.total == 1_010


def test_only_files_of_its_own_are_written(homes: tuple[Home, Home]) -> None:
    desk, laptop = homes
    desk.begin()
    theirs = {path: path.stat() for path in _files(desk)}
    (laptop.folder / "notes.txt").write_text("mine")
    laptop.begin()
    laptop.read()
    assert {path: path.stat() for path in theirs} == theirs
    assert (laptop.folder / "notes.txt").read_text() == "mine"
    assert not [path for path in laptop.folder.iterdir() if path.name.startswith(".")]


@pytest.fixture
def command(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the user's home a response; return an empty folder."""
    monkeypatch.setenv("CCMON_DATA_DIR", str(tmp_path / "data"))
    write(home / ".claude", answer("a", NOW))
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder


def test_what_leaves_is_listed_and_asked_for(
    command: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["share", str(command), "-O", "--name", "desk"]) == 1
    said = capsys.readouterr().out
    assert "Never: prompts, answers, titles" in said
    assert "Nothing was changed." in said
    assert list(command.iterdir()) == []
    assert main(["share", "-O"]) == 0
    assert "Nothing is shared yet" in capsys.readouterr().out
    assert main(["share", str(command), "-O", "--name", "desk", "--yes"]) == 0
    assert "1 file of ours" in capsys.readouterr().out
    assert main(["share", "-O"]) == 0
    said = capsys.readouterr().out
    assert "desk" in said
    assert "(this one): 1 response" in said
    assert main(["share", str(command), "--stop", "-O"]) == 0
    assert list(command.iterdir()) == []


def test_damaged_bytes_are_no_error_but_told(homes: tuple[Home, Home]) -> None:
    desk, _ = homes
    desk.begin()
    (file,) = _files(desk)
    data = bytearray(file.read_bytes())
    for place in range(0, len(data), 7):
        changed = bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        file.write_bytes(changed)
        try:
            header, _ = read_shared(str(file), 0)
        except BadShare:
            continue
        assert place < changed.index(b"\n"), header
