"""Lets reads, writes and syncs of some files fail in a process that is started with it."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

_SOURCE = Path(__file__).with_name("failing_calls.c")


class FailingCalls:
    """A switch by which calls on files fail whose paths hold a text, in processes given it."""

    def __init__(self, place: Path, files: str) -> None:
        """Skips the test where nothing can be preloaded."""
        preloaded = library()
        if preloaded is None:
            pytest.skip("no gcc here, or no way to preload what it makes")
        self._switch = place / "failing"
        self.environment = {
            **os.environ,
            "LD_PRELOAD": preloaded,
            "FAILING_FILES": files,
            "FAILING_SWITCH": str(self._switch),
        }

    def fail(self, kinds: str, error: int, spared: int = 0, count: int = 1 << 60) -> None:
        """Let so many calls of these kinds (of `r`, `w`, `s`) fail, after others that go well.

        With 0 for an error the process is killed in the place of the call.
        """
        draft = self._switch.with_suffix(".new")
        draft.write_text(f"{kinds} {error} {spared} {count}")
        draft.replace(self._switch)

    def mend(self) -> None:
        """Let everything go well again."""
        self._switch.unlink(missing_ok=True)


@cache
def library() -> str | None:
    """Return what is to be preloaded, `None` where it cannot be made."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    place = tempfile.mkdtemp(prefix="ccmon-failing-")
    atexit.register(shutil.rmtree, place)
    made = f"{place}/failing_calls.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", made, str(_SOURCE), "-ldl"]
    done = subprocess.run(command, capture_output=True, check=False)
    return made if done.returncode == 0 else None
