"""Which sessions of GitHub Copilot CLI the telemetry tells of, where the user turned it on."""

from __future__ import annotations

import os
import re
from collections.abc import Set

from engine.domain.files import open_regular
from engine.domain.long_lines import finished_lines

_CALL = b'"chat'
_SESSION = re.compile(rb'"gen_ai\.conversation\.id"\s*:\s*"([^"\\]+)"')


class Traced:
    """Knows the sessions in a directory of telemetry, reading on where its files have grown."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._read: dict[str, int] = {}
        self._sessions: set[str] = set()

    def sessions(self) -> Set[str]:
        """Return the sessions with calls in the telemetry by now."""
        for top, _, names in os.walk(self._directory):
            for name in names:
                if name.endswith(".jsonl"):
                    self._read_on(os.path.join(top, name))
        return self._sessions

    def _read_on(self, path: str) -> None:
        offset = self._read.get(path, 0)
        try:
            if os.stat(path).st_size <= offset:
                return
            with open_regular(path) as file:
                file.seek(offset)
                for line, size in finished_lines(file):
                    offset += size
                    if _CALL in line:
                        self._sessions.update(
                            each.decode("utf-8", "replace") for each in _SESSION.findall(line)
                        )
        except OSError:
            return
        self._read[path] = offset
