"""What is pulled over ssh counts as if it were read here, and only what is new is asked for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.domain.mistakes import SettingsError
from engine.machines.own import Share
from engine.machines.ssh import host_of
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.machines.shared_homes import Home, ids_of
from tests.machines.sshd import ssh_server
from tests.made_lines import MINUTE, answer, write

_POSIX = "/usr/local/bin:/usr/bin:/bin"


def _pull(home: Home, place: str, command: tuple[str, ...]) -> Monitor:
    """Share with a host and pull from it, once."""
    settings = home.settings(is_offline=False)
    (home.place / "data").mkdir(exist_ok=True)
    monitor = Monitor(settings)
    monitor.machines.sharing.puller.command = command
    monitor.machines.sharing.begin(Share(place))
    monitor.machines.share()
    return monitor


@pytest.mark.posix
@pytest.mark.parametrize("has_ccmon", [False, True], ids=["transcripts", "ccmon"])
def test_a_host_is_pulled_from(tmp_path: Path, has_ccmon: bool) -> None:
    near, far = Home(tmp_path / "near", "near"), Home(tmp_path / "far", "far")
    path = _with_ccmon(tmp_path) if has_ccmon else _POSIX
    write(near.roots[1], answer("near", NOW - MINUTE), answer("both", NOW - 9 * MINUTE))
    both = answer("both", NOW - 9 * MINUTE)
    strange = far.roots[1] / "projects" / "-it's $(here)" / "s 2.jsonl"
    strange.parent.mkdir(parents=True)
    strange.write_bytes(
        answer("far", NOW - 5 * MINUTE, session="s2") + both + answer("half", NOW)[:40]
    )
    with ssh_server(tmp_path / "sshd", far.place, path) as (place, command):
        before = _tree(far.place)
        with _pull(near, place, command) as monitor:
            pulled = monitor.machines.sharing.puller.standing(place)
            assert (pulled.problem, pulled.is_by_ccmon) == ("", has_ccmon)
            assert _responses(near) == 3
            if not has_ccmon:
                assert _tree(far.place) == before
            with strange.open("ab") as file:
                file.write(answer("half", NOW)[40:] + answer("more", NOW, session="s2"))
            monitor.machines.share()
        assert _responses(near) == 5
    if has_ccmon:
        with Monitor(near.settings()) as monitor:
            known = {each.machine.id for each in monitor.machines.share().machines}
        assert known == set(ids_of([near, far]).values())


def test_a_host_that_cannot_be_reached_is_told_and_harms_nothing(tmp_path: Path) -> None:
    near = Home(tmp_path / "near", "near")
    write(near.roots[1], answer("near", NOW - MINUTE))
    with _pull(near, "ssh://nobody@127.0.0.1:1", ("ssh",)) as monitor:
        pulled = monitor.machines.sharing.puller.standing("ssh://nobody@127.0.0.1:1")
    assert "refused" in pulled.problem
    assert _responses(near) == 1


@pytest.mark.parametrize(
    "place",
    ["ssh://-oProxyCommand=x", "ssh://a b", "ssh://", "ssh://u@-x", "ssh://h/etc", "ssh://h:99999",
     "ssh://h;ls", "ssh://$(x)", "ssh://a@b@c"],
)  # fmt: skip
def test_what_is_no_host_reaches_no_command_line(place: str) -> None:
    with pytest.raises(SettingsError, match="not a host"):
        host_of(place)


def test_a_host_stands_behind_the_end_of_options() -> None:
    assert host_of("ssh://me@box:2222").arguments == ["-p", "2222", "--", "me@box"]
    assert host_of("ssh://[::1]").arguments == ["--", "::1"]


def _responses(home: Home) -> int:
    return home.answers()[""].responses


def _tree(place: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def _with_ccmon(place: Path) -> str:
    """Return a search path on which `ccmon` is found, as this interpreter runs it."""
    programs = place / "bin"
    programs.mkdir()
    ccmon = programs / "ccmon"
    project = Path(__file__).resolve().parents[2]
    ccmon.write_text(f'#!/bin/sh\nPYTHONPATH="{project}" exec "{sys.executable}" -m tui "$@"\n')
    ccmon.chmod(0o755)
    return f"{programs}:{_POSIX}"
