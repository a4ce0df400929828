"""Collects all tests in a process that takes itself for one on Windows, and runs none.

python -m tests.platforms.collected [PATH …]
"""

from __future__ import annotations

import sys
from importlib import import_module

import pytest

from tests.platforms.pretended import become_windows

_LOADED_BEFORE = [
    "httpx",
    "hypothesis",
    "mcp",
    "pyte",
    "pytest_asyncio",
    "rich.console",
    "textual.app",
    "textual.pilot",
    "uvicorn",
    "watchfiles",
    "websockets",
    "xdist",
]


class _There:
    """Changes the system once pytest itself has begun, before any test is loaded."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        """Become Windows."""
        become_windows()


def main(paths: list[str]) -> int:
    """Collect the tests at some paths; return pytest's exit code."""
    for name in _LOADED_BEFORE:
        import_module(name)
    arguments = ["--collect-only", "-q", "--assert=plain", "-p", "no:cacheprovider"]
    return int(pytest.main([*arguments, *(paths or ["tests"])], plugins=[_There()]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
