"""The completion scripts, run in the shells they are for."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.domain.choices import MODES, SORT_COLUMNS
from tui.cli import main
from tui.commands.completion import SHELLS, script
from tui.commands.live import THEMES
from tui.help.topics import topic_names
from tui.options.catalog import all_commands

ALL = all_commands()
NAMES = {command.name for command in ALL}

_BASH = """
source "$1"; shift
COMP_WORDS=("$@")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_ccmon
printf '%s\\n' "${COMPREPLY[@]}"
"""
_ZSH = """
compdef() { }
_arguments() { print -rl -- "$@" }
_describe() { print -rl -- "${(@P)4}" }
source "$1"; shift
words=("$@")
CURRENT=$#words
_ccmon
"""


@pytest.fixture(params=[shell for shell in SHELLS if shell != "powershell"])
def shell(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


def run(name: str, *words: str, cwd: Path) -> list[str]:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run(
        [name, *words], cwd=cwd, capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


def in_bash(line: str, place: Path) -> set[str]:
    """Return what bash offers at the end of a line."""
    path = place / ".ccmon.bash"
    path.write_text(script("bash"), "utf-8")
    words = ["-c", _BASH, "bash", str(path), *line.split(" ")]
    return set(run("bash", "--norc", "--noprofile", *words, cwd=place))


def in_fish(line: str, place: Path) -> set[str]:
    """Return what fish offers at the end of a line, without the explanations."""
    path = place / ".ccmon.fish"
    path.write_text(script("fish"), "utf-8")
    asked = f"source {path}; complete -C '{line}'"
    return {each.split("\t")[0] for each in run("fish", "--no-config", "-c", asked, cwd=place)}


def in_zsh(line: str, place: Path) -> list[str]:
    """Return what zsh's own functions are told at the end of a line."""
    path = place / ".ccmon.zsh"
    path.write_text(script("zsh"), "utf-8")
    return run("zsh", "-f", "-c", _ZSH, "zsh", str(path), *line.split(" "), cwd=place)


def test_the_script_is_printed_and_its_syntax_is_right(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0
    path = tmp_path / "script"
    path.write_text(capsys.readouterr().out, "utf-8")
    assert run(shell, "--no-execute" if shell == "fish" else "-n", str(path), cwd=tmp_path) == []
    path.write_text(path.read_text("utf-8") + "\nif (\n", "utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        run(shell, "--no-execute" if shell == "fish" else "-n", str(path), cwd=tmp_path)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_option_that_is_shown_is_in_every_script(shell: str) -> None:
    text = script(shell)
    for command in ALL:
        assert command.name in text
        for option in command.options:
            for flag in option.spellings if not option.is_hidden else ():
                word = (
                    flag
                    if shell != "fish"
                    else f"-{'l' if flag[1] == '-' else 's'} " + (flag.lstrip("-"))
                )
                assert word in text


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ccmon ", NAMES),
        ("ccmon da", {"daily"}),
        ("ccmon claude wee", {"weekly"}),
        ("ccmon --lim", {"--limit"}),
        ("ccmon --theme ", set(THEMES)),
        ("ccmon daily --js", {"--json"}),
        ("ccmon daily --no-c", {"--no-cost", "--no-compact", "--no-color"}),
        ("ccmon session --ins", set()),
        ("ccmon daily -m ", set(MODES)),
        ("ccmon daily -j -m d", {"display"}),
        ("ccmon cod", {"codex", "codebuddy", "codebuff"}),
        ("ccmon codex da", {"daily"}),
        ("ccmon daily --agent gem", {"gemini"}),
        ("ccmon daily --agent claude,gem", {"claude,gemini"}),
        ("ccmon daily --sections daily,mo", {"daily,monthly"}),
        ("ccmon daily --mode = ca", {"calculate"}),
        ("ccmon daily --mode =", set(MODES)),
        ("ccmon daily --sort ", set(SORT_COLUMNS)),
        ("ccmon daily --since ", set()),
        ("ccmon daily --since -", set()),
        ("ccmon daily --config ", {"some.toml", "place"}),
        ("ccmon daily --config-dir ", {"place"}),
        ("ccmon demo ", {"place"}),
        ("ccmon completion ", set(SHELLS)),
        ("ccmon prices ", {"refresh"}),
        ("ccmon config ", {"show", "check", "edit", "path", "set"}),
        ("ccmon config show da", {"daily"}),
        ("ccmon config check some", {"some.toml"}),
        ("ccmon help ", NAMES | set(topic_names())),
        ("ccmon help daily x", set()),
    ],
)
def test_bash_offers_what_can_stand_there(line: str, offered: set[str], tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "some.toml").touch()
    assert {each for each in in_bash(line, tmp_path) if not each.startswith(".")} == offered


def test_bash_keeps_a_files_name_with_blanks_whole(tmp_path: Path) -> None:
    (tmp_path / "my file.toml").touch()
    assert in_bash("ccmon daily --config my", tmp_path) == {"my file.toml"}


def test_every_option_is_offered_by_bash_for_its_command(tmp_path: Path) -> None:
    for name in ("daily", "blocks", "statusline"):
        command = next(each for each in ALL if each.name == name)
        shown = {
            flag for option in command.options if not option.is_hidden for flag in option.spellings
        }
        assert in_bash(f"ccmon {name} -", tmp_path) == shown | {"-h", "--help"}


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ccmon da", {"daily"}),
        ("ccmon daily --sor", {"--sort"}),
        ("ccmon daily --mode ", set(MODES)),
        ("ccmon codex da", {"daily"}),
        ("ccmon gemi", {"gemini"}),
        ("ccmon daily --agent claude,gem", {"claude,gemini"}),
        ("ccmon daily --sections daily,mo", {"daily,monthly"}),
        ("ccmon --lim", {"--limit"}),
        ("ccmon live --theme sa", {"safe-dark", "safe-light"}),
        ("ccmon completion ", set(SHELLS)),
        ("ccmon daily --config some", {"some.toml"}),
        ("ccmon demo pl", {"place/"}),
        ("ccmon help cost", {"costs"}),
    ],
)
def test_fish_offers_what_can_stand_there(line: str, offered: set[str], tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "some.toml").touch()
    assert in_fish(line, tmp_path) == offered


def test_zsh_is_told_the_commands_and_each_commands_options(tmp_path: Path) -> None:
    commands = in_zsh("ccmon d", tmp_path)
    assert {each.partition(":")[0] for each in commands} == NAMES
    assert "daily:a row for each day" in commands
    assert in_zsh("ccmon claude d", tmp_path) == commands

    told = in_zsh("ccmon claude daily --mode ", tmp_path)
    assert f"(-m --mode)--mode=[whose cost counts]:MODE:({' '.join(MODES)})" in told
    assert told == in_zsh("ccmon daily --mode ", tmp_path)
    assert "*--config-dir=[" in "\n".join(told)
    assert not any("--id" in spec for spec in told)
    assert any("--id=" in spec for spec in in_zsh("ccmon session -", tmp_path))
    assert any("--limit=" in spec for spec in in_zsh("ccmon --lim", tmp_path))


@pytest.mark.posix
@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_what_only_ccmon_knows_is_asked_while_somebody_types(
    shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"zones": "Asia/Tokyo\nEurope/Berlin", "projects": "my shop\nsite", "models": "opus"}
    told = "".join(f"[ $3 = {kind} ] && echo '{words}'\n" for kind, words in answers.items())
    program = tmp_path / "ccmon"
    program.write_text(f"#!/bin/sh\n{told}true\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    offered = in_bash if shell == "bash" else in_fish
    assert offered("ccmon daily -z Eu", tmp_path) == {"Europe/Berlin"}
    assert offered("ccmon daily --model ", tmp_path) == {"opus"}
    blank = r"my\ shop" if shell == "bash" else "my shop"
    assert offered("ccmon daily -p m", tmp_path) == {blank}


def test_ccmon_tells_the_zones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "--values", "zones"]) == 0
    assert "Europe/Berlin" in capsys.readouterr().out.split("\n")
    assert main(["completion"]) == 2
    assert "SHELL is missing" in capsys.readouterr().err


_ZSH_SETUP = r"""
PROMPT=
unset zle_bracketed_paste
autoload -Uz compinit
compinit -u -D
source ./.ccmon.zsh
zstyle ':completion:*' insert-tab false

told() { comppostfuncs=(told); print -r -- "<told>" }
comppostfuncs=(told)
compadd() {
    setopt localoptions extendedglob
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
        builtin compadd "$@"
        return
    fi
    local -a hits
    builtin compadd -A hits "$@"
    (( $#hits )) && print -rl -- '> '$^hits
    return 1
}
print ready-$((1))
"""
"""Has zsh's own completion system print what it would add, instead of adding it."""
_ZSH_ASKED = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'source ./.setup.zsh'
zpty -r -m shell answer '*ready-1*'
for line in "$@"; do
    zpty -w -n shell $'\C-u'"$line"$'\t'
    zpty -r -m shell answer '*<told>*'
    print -r -- "== $line"
    print -r -- "$answer"
done
zpty -d shell
"""


def in_real_zsh(lines: list[str], place: Path) -> dict[str, set[str]]:
    """Return what an interactive zsh offers at the end of each line."""
    (place / ".ccmon.zsh").write_text(script("zsh"), "utf-8")
    (place / ".setup.zsh").write_text(_ZSH_SETUP, "utf-8")
    offered: dict[str, set[str]] = {}
    line = ""
    for told in run("zsh", "-f", "-c", _ZSH_ASKED, "zsh", *lines, cwd=place):
        if told.startswith("== "):
            line = told.removeprefix("== ")
            offered[line] = set()
        elif "> " in told:
            offered[line].add(told.rpartition("> ")[2].strip())
    return offered


@pytest.mark.posix
def test_a_real_zsh_offers_what_can_stand_there(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "some.toml").touch()
    right = {
        "ccmon da": {"daily"},
        "ccmon cod": {"codex", "codebuddy", "codebuff"},
        "ccmon codex da": {"daily"},
        "ccmon codex daily --js": {"--json"},
        "ccmon daily --mode ": set(MODES),
        "ccmon daily --agent claude,gem": {"gemini"},
        "ccmon daily --sections daily,mo": {"monthly"},
        "ccmon --lim": {"--limit"},
        "ccmon live --theme sa": {"safe-dark", "safe-light"},
        "ccmon completion ": set(SHELLS),
        "ccmon daily --config some": {"some.toml"},
        "ccmon help cost": {"costs"},
    }
    assert in_real_zsh(list(right), tmp_path) == right
