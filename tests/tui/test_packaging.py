"""The Homebrew formula and the Scoop manifest, made of an sdist."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path, PureWindowsPath

import pytest

from tui import __version__
from tui.dev.packaging import main
from tui.options.catalog import NAMES

PROJECT = Path(__file__).resolve().parents[2]
_SDIST = f"ccmon_live-{__version__}.tar.gz"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / _SDIST).write_bytes(b"an sdist")
    (tmp_path / "ccmon_live-0.0.1.tar.gz").write_bytes(b"an older one")
    return tmp_path


def test_both_name_the_sdist_of_this_version_and_its_digest(dist: Path) -> None:
    assert main([str(dist)]) == 0
    digest = hashlib.sha256(b"an sdist").hexdigest()
    formula = (dist / "ccmon-live.rb").read_text("utf-8")
    manifest = json.loads((dist / "ccmon-live.json").read_text("utf-8"))
    (url,) = re.findall(r'  url "(.*)"\n', formula)
    assert url.rpartition("/")[2] == _SDIST
    assert re.findall(r'  sha256 "(.*)"\n', formula) == [digest]
    assert (manifest["url"], manifest["hash"], manifest["version"]) == (url, digest, __version__)


def test_both_say_what_the_package_says(dist: Path) -> None:
    main([str(dist)])
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    formula = (dist / "ccmon-live.rb").read_text("utf-8")
    manifest = json.loads((dist / "ccmon-live.json").read_text("utf-8"))
    assert manifest["license"] == project["license"]
    assert f'license "{project["license"]}"' in formula
    assert manifest["homepage"] in project["urls"].values()
    assert f'homepage "{manifest["homepage"]}"' in formula
    assert project["name"] == "ccmon-live"
    (program,) = manifest["bin"]
    assert PureWindowsPath(program).stem in project["scripts"]


def test_the_formula_is_whole_and_calls_what_there_is(dist: Path) -> None:
    main([str(dist)])
    lines = (dist / "ccmon-live.rb").read_text("utf-8").splitlines()
    opens = [line for line in lines if re.match(r"\s*(class|def|test do)\b", line)]
    assert len(opens) == sum(line.strip() == "end" for line in lines)
    called = {name for line in lines for name in re.findall(r'"(completion|help)"', line)}
    assert called == {"completion", "help"}
    assert called <= set(NAMES)


def test_without_an_sdist_it_is_said_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out == (
        f"There is no sdist of {__version__} in {tmp_path}: python -m build makes one.\n"
    )
    assert list(tmp_path.iterdir()) == []
