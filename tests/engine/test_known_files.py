"""Who looks again and again lists only what may have changed, and misses nothing of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.scans import Found, Root, mark_of
from engine.ingest import discover
from engine.ingest.known_files import KnownFiles

_NAMES = ("a.jsonl", "b.jsonl", "ü.jsonl")
_MARKS = st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * 4)


@given(st.dictionaries(st.text(max_size=3), _MARKS), st.text(max_size=3), _MARKS)
def test_a_file_is_as_read_where_all_of_its_mark_is(
    read: dict[str, tuple[int, int, int, int]], path: str, mark: tuple[int, int, int, int]
) -> None:
    known = KnownFiles(read.items())
    for each, (device, inode, size, mtime) in [*read.items(), (path, mark)]:
        found = Found(f"/p/{each}", each, device, inode, size, mtime)
        assert known.is_as_read(found) == (read.get(each) == mark_of(found))
        assert (each in known) == (each in read)


@pytest.mark.posix
@pytest.mark.parametrize("shape", ["plain", "file", "directory", "hard"])
def test_what_was_read_is_counted_and_never_found_under_another_name(
    tmp_path: Path, shape: str
) -> None:
    top = tmp_path / "projects"
    for directory in ("-m", "-p/deep"):
        (top / directory).mkdir(parents=True)
        for name in _NAMES:
            (top / directory / name).write_bytes(directory.encode())
    for link in ("-a", "-z"):
        if shape == "file":
            (top / "-m" / f"{link}.jsonl").symlink_to(top / "-p/deep/a.jsonl")
        elif shape == "directory":
            (top / link).symlink_to(top / "-p", target_is_directory=True)
        elif shape == "hard":
            os.link(top / "-p/deep/a.jsonl", top / "-m" / f"{link}.jsonl")
    root = Root.at(tmp_path)
    whole = discover.walk(root)
    known = KnownFiles((each.relative, mark_of(each)) for each in whole.files)
    walk = discover.walk(root, known.is_as_read)
    assert walk.count == whole.count == 6
    assert all(known.is_as_read(each) for each in walk.files)
    assert shape != "plain" or [each.relative for each in walk.files] == [
        "-p/deep/ü.jsonl",
        "-m/ü.jsonl",
    ]
    (top / "-m" / "b.jsonl").write_bytes(b"more")
    changed = discover.walk(root, known.is_as_read)
    assert [each.relative for each in changed.files if not known.is_as_read(each)] == ["-m/b.jsonl"]
    assert changed.count == 6
