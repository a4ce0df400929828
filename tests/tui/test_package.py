"""What is installed: one package, which finds its own `engine` and `tui` whoever else has some."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.surroundings import at_home, needed

PROJECT = Path(__file__).resolve().parents[2]
DEMO = ["daily", "--json", "--offline"]


def _built(source: Path, into: Path, *words: str) -> dict[str, Path]:
    """Build what is published, without a network; return the files by their last suffix."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(into), *words]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return {path.suffix: path for path in into.iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    if not find_spec("hatchling"):
        pytest.skip("hatchling is not installed (pip install -e '.[dev]')")
    return _built(PROJECT, tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def site(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the wheel where packages are installed, as installing does."""
    place = tmp_path_factory.mktemp("site")
    with ZipFile(built[".whl"]) as wheel:
        wheel.extractall(place)
    return place


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Lay out packages of the same names, which break whoever imports them."""
    place = tmp_path / "hostile"
    for name in ("engine", "tui"):
        (place / name).mkdir(parents=True)
        (place / name / "__init__.py").write_text("raise SystemExit('not this one')\n")
    return place


def _run(words: list[str], path: list[Path], directory: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **needed(),
        **at_home(directory),
        "PYTHONPATH": os.pathsep.join(map(str, path)),
    }
    return subprocess.run(
        [sys.executable, *words],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_wheel_holds_one_package_and_no_tools_of_ours(built: dict[str, Path]) -> None:
    with ZipFile(built[".whl"]) as wheel:
        names = wheel.namelist()
        (points,) = (name for name in names if name.endswith("entry_points.txt"))
        scripts = wheel.read(points).decode()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"ccmon_live"}
    below = {name.removeprefix("ccmon_live/").rpartition("/")[0] for name in names}
    assert {"", "engine", "tui", "engine/documents/schemas", "tui/live"} <= below
    assert not any(name.startswith(("tui/dev", "tui/package")) for name in below)
    for wanted in ("tui/live/live.tcss", "tui/py.typed", "engine/pricing/prices.json"):
        assert f"ccmon_live/{wanted}" in names
    assert "ccmon = ccmon_live.__main__:main" in scripts
    assert "ccmon-live = ccmon_live.__main__:main" in scripts


@pytest.mark.parametrize("is_in_hostile", [True, False], ids=["in its directory", "on the path"])
def test_it_finds_its_own_whatever_is_on_the_path(
    is_in_hostile: bool, site: Path, hostile: Path, tmp_path: Path
) -> None:
    directory = hostile if is_in_hostile else tmp_path
    for words in (
        ["-m", "ccmon_live"],
        ["-c", "import sys; from ccmon_live.__main__ import main; sys.exit(main())"],
    ):
        run = _run([*words, "--version"], [hostile, site], directory)
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout.startswith("ccmon ")
        run = _run([*words, *DEMO], [hostile, site], directory)
        assert "not this one" not in run.stdout + run.stderr
        assert run.returncode in (0, 1), run.stderr
        assert "Traceback" not in run.stderr


def test_processes_of_it_and_packages_with_agents_find_the_same_engine(
    site: Path, hostile: Path, tmp_path: Path
) -> None:
    code = (
        "import ccmon_live, engine, tui, os, sys\n"
        "from engine.agents.base import Agent\n"
        "from engine.ingest.workers import _start\n"
        "worker = _start()\n"
        "worker.stdin.close()\n"
        "print(os.path.dirname(engine.__file__), worker.wait())\n"
    )
    run = _run(["-c", code], [hostile, site], tmp_path)
    assert run.stdout.split() == [str(site / "ccmon_live" / "engine"), "0"], run.stderr


def test_the_sdist_gives_the_same_wheel(
    built: dict[str, Path], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with tarfile.open(built[".gz"]) as sdist:
        sdist.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    again = _built(source, tmp_path_factory.mktemp("again"), "-t", "wheel")
    with ZipFile(built[".whl"]) as one, ZipFile(again[".whl"]) as other:
        assert one.namelist() == other.namelist()


@pytest.mark.parametrize("variables", [{"CCMON_BUILD_NATIVE": "0"}, {"CC": "/nowhere/cc"}], ids=str)
@pytest.mark.usefixtures("built")
def test_without_a_compiler_the_wheel_is_pure_and_nothing_is_said(
    variables: dict[str, str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    around = {**os.environ, **variables}
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, env=around)
    (wheel,) = tmp_path.iterdir()
    assert run.returncode == 0
    assert (run.stdout + run.stderr).split() == [str(wheel)]
    assert wheel.name.endswith("-py3-none-any.whl")
    with ZipFile(wheel) as opened:
        assert "ccmon_live/engine/native/__init__.py" in opened.namelist()


@pytest.mark.skipif(not find_spec("setuptools"), reason="setuptools is not installed")
@pytest.mark.usefixtures("built")
def test_a_native_reader_that_is_asked_for_is_made_or_missed_aloud(tmp_path: Path) -> None:
    around = {**os.environ, "CCMON_BUILD_NATIVE": "1", "CC": "/nowhere/cc"}
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, env=around)
    assert run.returncode != 0
    assert "/nowhere/cc" in run.stderr


def test_a_compiled_reader_is_in_the_wheel_for_its_platform_and_works(
    built: dict[str, Path], site: Path, tmp_path: Path
) -> None:
    if built[".whl"].name.endswith("-py3-none-any.whl"):
        pytest.skip("there is no C compiler here, or no headers of Python")
    assert "-cp311-abi3-" in built[".whl"].name
    with ZipFile(built[".whl"]) as wheel:
        names = {Path(name).name for name in wheel.namelist() if "/engine/native/" in name}
    assert {name.partition(".")[2] for name in names} <= {"py", "pyi", "abi3.so", "pyd"}
    code = "import ccmon_live, os; from engine.native import reader_name; print(reader_name({}))"
    assert _run(["-c", code], [site], tmp_path).stdout.strip() == "native"


@pytest.mark.skipif(not find_spec("ccmon_live"), reason="ccmon is not installed here")
def test_an_editable_installation_finds_the_clone(hostile: Path, tmp_path: Path) -> None:
    code = "import ccmon_live, engine, tui; print(engine.__file__, tui.__file__)"
    run = _run(["-c", code], [hostile], tmp_path)
    assert "not this one" not in run.stderr
    engine, tui = (Path(each) for each in run.stdout.split())
    assert engine.parents[1] == tui.parents[1]
    assert (engine.parents[1] / "pyproject.toml").exists() or "ccmon_live" in engine.parts
