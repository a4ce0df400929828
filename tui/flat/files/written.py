"""Writes what was asked for in the form asked for, and says in one sentence what was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from tui.flat.files.columns import RESPONSE_COLUMNS, FileTable, Record, file_table, response_record
from tui.flat.files.drafts import draft_of
from tui.flat.files.forms import CSV, PARQUET, Form
from tui.flat.files.months import Written, all_of, write_months
from tui.flat.table import FlatTable

if TYPE_CHECKING:
    from engine.domain.exported import ExportedMonth, ResponsesChosen

_FILES: dict[str, Form] = {form.name: form for form in (PARQUET, CSV)}


class Chosen:
    """The responses of one moment as records to write."""

    def __init__(self, exported: ResponsesChosen) -> None:
        self._exported = exported
        self.notes = exported.notes
        self.stamp = exported.stamp

    def months(self) -> list[ExportedMonth]:
        """Return the months that have responses."""
        return self._exported.months()

    def of_month(self, month: str) -> Iterator[Record]:
        """Yield those of a month in time order."""
        return map(response_record, self._exported.of_month(month))


def write_responses(form: str, path: Path, chosen: Chosen) -> str:
    """Write responses and say what was written; raises `SettingsError`."""
    if form == "sqlite":
        from tui.flat.files import sqlite

        return _said(path, sqlite.write_responses(_file(path), chosen), is_by_month=True)
    if form == "xlsx":
        from tui.flat.files import xlsx

        with draft_of(_file(path)) as draft:
            written = xlsx.write_responses(draft, chosen)
        return _said(path, written)
    file = _FILES[form]
    if path.suffix.lower() != file.suffix or path.is_dir():
        return _said(path, write_months(path, file, chosen), is_by_month=True)
    months = chosen.months()
    with draft_of(path) as draft:
        file.write(draft, RESPONSE_COLUMNS, all_of(chosen, months))
    count = sum(month.responses for month in months)
    return _said(path, Written(count, len(months), len(months)))


def write_report(form: str, path: Path, name: str, table: FlatTable) -> str:
    """Write a report and say what was written; raises `SettingsError`."""
    made = file_table(name, table)
    _write_table(form, _file(path, f"{name}{_FILES[form].suffix}" if form in _FILES else ""), made)
    count = len(made.records)
    return f"Wrote {count:,} {'row' if count == 1 else 'rows'} of {name} into {path}."


def _write_table(form: str, path: Path, table: FileTable) -> None:
    if form == "sqlite":
        from tui.flat.files import sqlite

        sqlite.write_table(path, table)
        return
    with draft_of(path) as draft:
        if form == "xlsx":
            from tui.flat.files import xlsx

            xlsx.write_table(draft, table)
        else:
            _FILES[form].write(draft, table.columns, table.records)


def _file(path: Path, such_as: str = "") -> Path:
    """Return a path that is not a directory; raises `SettingsError`."""
    if path.is_dir():
        example = f", such as {path / such_as}" if such_as else ""
        raise SettingsError(f"{path} is a directory: name a file{example}.")
    return path


def _said(path: Path, written: Written, *, is_by_month: bool = False) -> str:
    responses = f"{written.responses:,} response{'' if written.responses == 1 else 's'}"
    months = f"{written.months} month{'' if written.months == 1 else 's'}"
    if not is_by_month or written.written == written.months:
        return f"Wrote {responses} of {months} into {path}."
    if not written.written:
        return f"Nothing has changed in {path}: {responses} of {months}."
    return f"Wrote {written.written} of {months} into {path}, which has {responses}."
