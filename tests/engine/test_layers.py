"""What is loaded when: no screen in the engine, and nothing heavy before it is needed."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NOW
from tests.made_lines import answer, write

_HERE = Path(__file__).resolve().parents[2]
_SCREEN = {"textual", "rich", "tui"}
_HEAVY = {"textual", "rich", "httpx", "watchfiles"}
_ENGINE_ROOMS = {"sqlite3", "engine.monitor", "engine.ledger", "engine.ingest", "engine.pricing"}


def _modules(package: str) -> list[str]:
    paths = sorted((_HERE / package).rglob("*.py"))
    names = [".".join(path.relative_to(_HERE).with_suffix("").parts) for path in paths]
    return [name.removesuffix(".__init__") for name in names]


def _loaded(code: str, *arguments: str) -> set[str]:
    """Return the modules that a fresh process has loaded after some lines of code."""
    told = f"import sys\n{code}\nprint('\\n' + ' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", told, *arguments],
        cwd=_HERE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return set(done.stdout.rstrip("\n").rpartition("\n")[2].split())


@pytest.mark.parametrize("module", ["engine.monitor", "all of it"])
def test_the_engine_loads_nothing_heavy(module: str) -> None:
    wanted = _engine_without_service() if module == "all of it" else [module]
    assert len(wanted) == 1 or len(wanted) > 30
    loaded = _loaded("\n".join(f"import {name}" for name in wanted))
    assert loaded >= set(wanted)
    assert loaded & (_HEAVY | {"tui"}) == set()


def _engine_without_service() -> list[str]:
    """Return all modules but those of the service, which are an extra's and load its libraries."""
    return [name for name in _modules("engine") if not name.startswith("engine.service.")]


def test_the_service_knows_no_screen() -> None:
    pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")
    names = [name for name in _modules("engine") if name.startswith("engine.service.")]
    assert len(names) > 10
    assert _loaded("\n".join(f"import {name}" for name in names)) & _SCREEN == set()


_READ = """
from pathlib import Path
from engine.documents.live import live_document
from engine.monitor import Monitor
from engine.domain.settings import Settings
settings = Settings(roots=(Path(sys.argv[1]),), ledger=":memory:", zone="UTC", is_offline=True)
with Monitor(settings) as monitor:
    monitor.read()
    snapshot = monitor.snapshot()
    assert snapshot.responses == 1
    live_document(snapshot)
    monitor.report("daily")
"""


def test_reading_and_answering_once_needs_nothing_heavy(tmp_path: Path) -> None:
    write(tmp_path, answer("a", NOW))
    loaded = _loaded(_READ, str(tmp_path))
    assert "engine.ledger.book" in loaded
    assert loaded & (_HEAVY | {"tui"}) == set()


def test_the_command_line_loads_nothing_heavy_and_no_room_of_the_engine() -> None:
    loaded = _loaded("import tui.cli")
    assert "tui.cli" in loaded
    assert loaded & (_HEAVY | _ENGINE_ROOMS) == set()


def test_the_version_is_told_without_anything_heavy() -> None:
    code = "import tui.cli\ntry: tui.cli.main(['--version'])\nexcept SystemExit: pass"
    assert _loaded(code) & (_HEAVY | _ENGINE_ROOMS) == set()


def test_the_version_is_told_without_any_room_or_library() -> None:
    loaded = _loaded("import tui.cli\nassert tui.cli.main(['--version']) == 0")
    assert loaded & {"tui.options", "argparse", "msgspec", "typing", "re"} == set()
    assert {name for name in loaded if name.startswith("engine.")} == set()


_REPORT = """
import tui.cli
assert tui.cli.main({arguments}) == 0
"""
_NOT_IN_A_WARM_START = {
    "engine.agents.claude.transcripts",
    "engine.agents.claude.limit_messages",
    "engine.agents.claude.reset_times",
    "engine.limits.alerts",
    "engine.documents.blocks",
    "engine.reports.health",
    "engine.ingest.loader",
    "engine.ingest.tail",
    "engine.ledger.bookkeeper",
    "engine.ledger.migrations",
    "engine.limits.known",
    "engine.limits.tracker",
    "engine.live.follower",
    "engine.live.read_model",
    "engine.pricing.price",
    "engine.reports.queries.blocks",
    "engine.reports.queries.comparison",
    "engine.live.snapshots",
    "engine.ingest.shared_files",
    "engine.machines",
    "engine.agents.claude.titles",
    "hashlib",
    "inspect",
    "json",
    "tomllib",
    "tui.words.format",
    "typing_extensions",
}
"""What takes a report's time to load, and nothing new needs."""


@pytest.mark.parametrize("kind", ["daily", "monthly"])
def test_a_report_of_what_is_known_loads_neither_readers_nor_prices_nor_limits(
    kind: str, tmp_path: Path
) -> None:
    write(tmp_path, answer("a", NOW))
    places = ["--config-dir", str(tmp_path), "--ledger", str(tmp_path / "ledger.db"), "-O"]
    arguments = [kind, "--json", *places]
    reading = _loaded(_REPORT.format(arguments=arguments))
    assert reading >= {"engine.ingest.tail", "engine.ledger.bookkeeper", "engine.pricing.price"}
    warm = _loaded(_REPORT.format(arguments=arguments))
    assert "engine.ledger.selector" in warm
    assert warm & (_HEAVY | _NOT_IN_A_WARM_START) == set()


def test_msgspec_is_imported_without_backports_and_who_wants_them_gets_them() -> None:
    code = "from tui.startup import import_msgspec\nimport_msgspec()\n"
    assert _loaded(code) & {"msgspec", "typing_extensions", "inspect"} == {"msgspec"}
    assert _loaded(code + "import typing_extensions") >= {"msgspec", "typing_extensions"}


def test_uuid_is_imported_without_platform_and_who_wants_that_gets_it() -> None:
    code = "from tui.startup import import_msgspec\nimport_msgspec()\n"
    assert _loaded(code) & {"uuid", "platform"} == {"uuid"}
    assert _loaded(code + "import platform\nassert platform.machine()") >= {"platform"}
    same = "import uuid\nassert uuid.uuid4() and uuid.uuid1() and uuid.getnode()\n"
    assert "uuid" in _loaded(code + same)


def test_pathlib_and_msgspec_are_imported_without_what_they_hardly_use() -> None:
    code = "from tui.startup import import_msgspec\nimport_msgspec()\n"
    unneeded = {"urllib.parse", "textwrap"}
    assert _loaded(code) & {"pathlib", "msgspec", *unneeded} == {"pathlib", "msgspec"}
    used = (
        "import pathlib, msgspec\n"
        "assert pathlib.PurePosixPath('/a b').as_uri() == 'file:///a%20b'\n"
        "class A(msgspec.Struct):\n    'first\\n\\n    second'\n"
        "said = msgspec.json.schema(A)['$defs']['A']['description']\n"
        "assert said.split() == ['first', 'second']\n"  # before 0.23 the spaces stay
    )
    assert "urllib.parse" in _loaded(code + used)


def test_a_msgspec_that_insists_on_backports_gets_them(tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text("import typing_extensions")
    code = (
        f"sys.path.insert(0, {str(tmp_path)!r})\nfrom tui.startup import import_msgspec\n"
        "import_msgspec()\nassert 'msgspec' not in sys.modules\nimport msgspec"
    )
    assert _loaded(code) >= {"msgspec", "typing_extensions"}


def test_one_snapshot_as_json_needs_no_screen_library(tmp_path: Path) -> None:
    write(tmp_path, answer("a", NOW))
    arguments = ["live", "--json", "--config-dir", str(tmp_path), "--ledger", ":memory:", "-O"]
    loaded = _loaded(f"import tui.cli\nassert tui.cli.main({json.dumps(arguments)}) == 0")
    assert "engine.monitor" in loaded
    assert loaded & _HEAVY == set()


@pytest.mark.parametrize("module", _modules("engine"))
def test_no_line_of_the_engine_names_a_screen(module: str) -> None:
    path = _HERE.joinpath(*module.split("."))
    source = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_bytes()
    named: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            named |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            named.add((node.module or "").partition(".")[0])
    assert named & _SCREEN == set()
