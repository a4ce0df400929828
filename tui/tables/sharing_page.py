"""The page of `ccmon share`: what is shared where, the machines, what is not taken in."""

from __future__ import annotations

from collections.abc import Iterator

from engine.machines.pulling import Pulled
from engine.machines.standing import FolderStanding, MachineStanding, SharingNow
from tui.words.format import ago, plain, size

_NOTHING = "Nothing is shared yet: ccmon share DIR, or ccmon share ssh://host."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def sharing_lines(now: SharingNow, clock: int) -> list[str]:
    """Return how sharing stands as lines of plain text."""
    if not now.folders and not now.hosts:
        return [_NOTHING]
    lines = ["Shared"]
    for folder in now.folders:
        lines += _folder_lines(folder, clock)
    for host in now.hosts:
        lines += _host_lines(host, clock)
    lines += ["", "Machines", *_machine_lines(now.machines, clock)]
    if now.troubles:
        lines += ["", "Not taken in, and read as soon as it changes"]
        lines += [f"  {plain(path)}: {plain(reason)}" for path, reason in now.troubles]
    if now.copies:
        lines += ["", "Copies that a syncing program made; what they hold is counted once"]
        lines += [f"  {plain(path)}" for path in now.copies]
    return lines


def _folder_lines(folder: FolderStanding, clock: int) -> Iterator[str]:
    yield f"  {plain(folder.path)}"
    if not folder.is_there:
        yield "    it is not there now; what was counted of others stays counted"
    written = (
        f"written {ago(clock - folder.written_at)}" if folder.written_at else "not written yet"
    )
    names = ", names of projects as hashes" if folder.is_redacted else ""
    yield f"    {written}: {_counted(folder.files, 'file')} of ours, {size(folder.size)}{names}"


def _host_lines(host: Pulled, clock: int) -> Iterator[str]:
    how = "its ccmon sends" if host.is_by_ccmon else "its transcripts are read, nothing is written"
    pulled = f"pulled {ago(clock - host.pulled_at)}" if host.pulled_at else "not pulled yet"
    yield f"  {plain(host.place)}"
    yield f"    {pulled}: {how}"
    if host.problem:
        yield f"    the last time failed: {plain(host.problem)}"


def _machine_lines(machines: tuple[MachineStanding, ...], clock: int) -> Iterator[str]:
    names = [plain(each.machine.name) for each in machines]
    widest = max(map(len, names))
    for each, name in zip(machines, names, strict=True):
        person = f", {plain(each.machine.person)}" if each.machine.person else ""
        own = " (this one)" if each.is_own else ""
        last = f", last {ago(clock - each.last_response)}" if each.last_response else ""
        count = _counted(each.responses, "response")
        yield f"  {name:<{widest}}  {each.machine.id}{person}{own}: {count}{last}"
