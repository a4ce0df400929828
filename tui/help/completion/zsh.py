"""The completion script of zsh, for `$fpath` or to be sourced."""

from __future__ import annotations

from collections.abc import Iterator

from tui.help.completion.words import (
    agents_in_front,
    asked_words,
    commands,
    is_list,
    joined,
    options_of,
    places_of,
    quoted,
    summary,
    words_at,
)
from tui.options.catalog import all_commands
from tui.options.definition import Command, Option

_HEAD = """\
#compdef ccmon
# Completion of ccmon in zsh: ccmon completion zsh > ~/.zfunc/_ccmon, with ~/.zfunc in $fpath.
_ccmon() {
    local curcontext="$curcontext" command=live
    local -a commands agents
    agents=(@AGENTS@)
    commands=(
"""
_MIDDLE = """\
    )
    if (( CURRENT > 2 )) && (( ${agents[(Ie)$words[2]]} )); then
        shift words
        (( CURRENT-- ))
    fi
    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
        _describe -t commands command commands || compadd -a agents
        return
    fi
    if [[ $words[2] != -* ]]; then
        command=$words[2]
        shift words
        (( CURRENT-- ))
    fi
    case $command in
"""
_CASE = """\
        @NAME@)
            _arguments -s \\
                @SPECS@
            ;;
"""
_TAIL = """\
    esac
}
if [[ $funcstack[1] == _ccmon ]]; then
    _ccmon "$@"
else
    compdef _ccmon ccmon
fi
"""


def zsh_script() -> str:
    """Return the whole script."""
    named = "".join(f"        {quoted(f'{name}:{text}')}\n" for name, text in commands())
    head = _HEAD.replace("@AGENTS@", joined(agents_in_front()))
    return head + named + _MIDDLE + "".join(map(_case, all_commands())) + _TAIL


def _case(command: Command) -> str:
    specs = [spec for option in options_of(command) for spec in _specs(command, option)]
    specs += [f"':{each.metavar}:{_values(command, each)}'" for each in places_of(command)]
    lines = " \\\n                ".join(specs)
    return _CASE.replace("@NAME@", command.name).replace("@SPECS@", lines)


def _specs(command: Command, option: Option) -> Iterator[str]:
    """Return what `_arguments` is told of an option, one for each way to write it."""
    text = f"[{_escaped(summary(option.help))}]"
    value = f":{option.metavar}:{_values(command, option)}" if option.metavar else ""
    others = "*" if option.is_repeatable else f"({joined(option.spellings)})"
    for flag in option.flags:
        joint = ("=" if flag.startswith("--") else "+") if value else ""
        yield quoted(f"{others}{flag}{joint}{text}{value}")
    for flag in option.off:
        yield quoted(f"{others}{flag}[the opposite of {option.flags[-1]}]")


def _values(command: Command, option: Option) -> str:
    """Return the action that completes a value."""
    words = words_at(command, option)
    if is_list(option):
        return f"_values -s , {option.completes} {joined(words)}"
    if words:
        return f"({joined(words)})"
    if asked := asked_words(option):
        return f'compadd -- "${{(@f)$({asked})}}"'
    return {"file": "_files", "directory": "_files -/"}.get(option.completes, " ")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
