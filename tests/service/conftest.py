"""One server for the tests that only ask, over a made-up user's transcripts."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.conftest import NOW
from tests.made_lines import DAY, HOUR, MINUTE, answer, write

if TYPE_CHECKING:
    from tests.providers.stubs import ProviderStub
    from tests.service.served import Served

_NEEDED = ("starlette", "uvicorn", "websockets", "prometheus_client")
collect_ignore_glob = ["test_*.py"] if any(find_spec(each) is None for each in _NEEDED) else []
"""Without the libraries of the extra there is nothing to test here; `dev` has them."""


def write_user(home: Path) -> Path:
    """Write a month of responses of two projects; return the root."""
    root = home / ".claude"
    for number in range(60):
        at = NOW - 10 * MINUTE - number * (DAY // 2 + HOUR)
        write(root, answer(f"a{number}", at, 100 + number, cwd="/code/app"))
    for number in range(5):
        line = answer(f"b{number}", NOW - number * MINUTE, 7, session="s2", cwd="/code/shop")
        write(root, line, name="-code-shop/s2.jsonl")
    return root


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that is asked, and not changed."""
    from tests.service.served import made_settings, serving

    home = tmp_path_factory.mktemp("served")
    write_user(home)
    with serving(made_settings(home)) as server:
        yield server


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderStub]:
    """A provider of models on this machine."""
    from tests.providers.stubs import ProviderStub
    from tests.stub_server import hide_proxies, serving

    hide_proxies(monkeypatch)
    with serving() as server:
        yield ProviderStub(server, "openai")


@pytest.fixture
def asking(tmp_path: Path, stub: ProviderStub) -> Iterator[Served]:
    """A server that asks the stub."""
    from tests.service.served import made_settings, serving

    made = made_settings(tmp_path)
    settings = replace(
        made,
        is_offline=False,
        providers={"openai": stub.options()},
        environment={**made.environment, "CCMON_PRICES_URL": stub.server.url},
    )
    with serving(settings) as server:
        yield server
