"""A directory of months, `month=2026-11/responses.parquet`, of which only the changed are written.

What stands in it is told by `_ccmon-export.json`, which the readers of such directories pass over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from engine.domain.exported import ExportedMonth
from engine.domain.files import read_or_nothing, write_whole
from engine.domain.mistakes import SettingsError
from tui.flat.files.columns import RESPONSE_COLUMNS, Record
from tui.flat.files.drafts import cannot_write, draft_of
from tui.flat.files.forms import Form

_LIST = "_ccmon-export.json"
_VERSION = 1


class Responses(Protocol):
    """The responses to write, in the order of `RESPONSE_COLUMNS`."""

    @property
    def stamp(self) -> str:
        """Tells what was chosen."""

    def months(self) -> list[ExportedMonth]:
        """Return the months that have any."""

    def of_month(self, month: str) -> Iterator[Record]:
        """Yield those of a month in time order."""


class Written(NamedTuple):
    """What an export came to."""

    responses: int
    months: int
    written: int
    """Months that were not as they were."""


class _Month(msgspec.Struct):
    stamp: str
    responses: int
    bytes: int


class _List(msgspec.Struct):
    version: int
    form: str
    stamp: str
    months: dict[str, _Month]


def write_months(directory: Path, form: Form, responses: Responses) -> Written:
    """Make a directory equal to the responses; a kill at any point leaves whole months.

    Raises `SettingsError` where the directory has something else in it, or cannot be written.
    """
    known = _known(directory, form)
    same = known.months if known.stamp == responses.stamp else {}
    made: dict[str, _Month] = {}
    months, written = responses.months(), 0
    for month in months:
        path = _path(directory, form, month.month)
        before = same.get(month.month)
        if before is None or before.stamp != month.stamp or before.bytes != _size(path):
            with draft_of(path) as draft:
                form.write(draft, RESPONSE_COLUMNS, responses.of_month(month.month))
            written += 1
        made[month.month] = _Month(month.stamp, month.responses, _size(path))
    _keep(directory, _List(_VERSION, form.name, responses.stamp, made))
    for month_gone in known.months.keys() - made.keys():
        path = _path(directory, form, month_gone)
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()
    return Written(sum(month.responses for month in months), len(months), written)


def _path(directory: Path, form: Form, month: str) -> Path:
    return directory / f"month={month}" / f"responses{form.suffix}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _known(directory: Path, form: Form) -> _List:
    """Return what stands in a directory; raises `SettingsError` where that is not ours."""
    nothing = _List(_VERSION, form.name, "", {})
    said = read_or_nothing(directory / _LIST)
    if said:
        with suppress(msgspec.MsgspecError):
            known = msgspec.json.decode(said, type=_List)
            if known.form != form.name:
                raise SettingsError(
                    f"{directory} holds an export as {known.form}: name another directory for"
                    f" {form.name}."
                )
            return known if known.version == _VERSION else nothing
    if directory.is_dir() and any(_others(directory)):
        raise SettingsError(
            f"{directory} has other files in it: name an empty directory, or one that is yet to be"
            " made."
        )
    return nothing


def _others(directory: Path) -> Iterator[Path]:
    """Yield what is not a month that a killed export may have left."""
    return (path for path in directory.iterdir() if not path.name.startswith(("month=", _LIST)))


def _keep(directory: Path, listed: _List) -> None:
    try:
        write_whole(directory / _LIST, msgspec.json.encode(listed))
    except OSError as error:
        raise cannot_write(directory / _LIST, error) from error


def all_of(responses: Responses, months: Sequence[ExportedMonth]) -> Iterator[Record]:
    """Yield the responses of several months in time order."""
    for month in months:
        yield from responses.of_month(month.month)
