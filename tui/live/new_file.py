"""New files that the live screen writes: whole or not at all, and over nothing else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from engine.domain.files import replace

_MOST_NAMESAKES = 1_000


class ExportError(Exception):
    """Nothing was written; the text is one sentence for the user."""


def write_new(directory: Path, home: Path, stem: str, suffix: str, data: bytes) -> Path:
    """Write a new file and return its path.

    The file appears whole, never over another one, in `directory` or, where that cannot
    be written to, in `home`. Raises `ExportError` where neither can.
    """
    reason: OSError | None = None
    for place in (directory, home):
        try:
            return _write_new(place, stem, suffix, data)
        except OSError as error:
            reason = error
    why = reason.strerror if reason is not None and reason.strerror else "it cannot be written to"
    raise ExportError(
        f"Nothing was exported: neither {directory} nor {home} takes a new file ({why}); "
        "start ccmon in a directory you may write to."
    )


def write_picture(svg: str, moment: datetime) -> Path:
    """Write a picture of the screen into the working directory, named by its moment.

    Raises `ExportError` where it cannot be written.
    """
    from tui.terminal.picture import drawn

    stem = f"ccmon-{moment:%Y%m%d-%H%M%S}"
    return write_new(Path.cwd(), Path.home(), stem, "svg", drawn(svg).encode())


def _write_new(directory: Path, stem: str, suffix: str, data: bytes) -> Path:
    """Reserve a name nobody has, then put a whole file in its place."""
    path = _reserve(directory, stem, suffix)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_bytes(data)
        replace(unfinished, path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise
    return path


def _reserve(directory: Path, stem: str, suffix: str) -> Path:
    for number in range(1, _MOST_NAMESAKES):
        name = f"{stem}.{suffix}" if number == 1 else f"{stem}-{number}.{suffix}"
        path = directory / name
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(f"{stem}.{suffix} and {_MOST_NAMESAKES} namesakes exist")
