"""The completion script of bash 3.2 and newer."""

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
    words_at,
)
from tui.options.catalog import all_commands
from tui.options.definition import Command, Option

_HEAD = """\
# Completion of ccmon in bash. In ~/.bashrc: source <(ccmon completion bash)
_ccmon() {
    local current previous command place words options files asked list before position index
    current=${COMP_WORDS[COMP_CWORD]}
    previous=${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $current == "=" ]]; then
        current=""
    elif [[ $previous == "=" ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    place=1
    [[ " @AGENTS@ " == *" ${COMP_WORDS[1]} "* && $COMP_CWORD -gt 1 ]] && place=2
    command=live
    position=0
    if [[ $COMP_CWORD -gt $place && ${COMP_WORDS[place]} != -* ]]; then
        command=${COMP_WORDS[place]}
        for ((index = place + 1; index < COMP_CWORD; index++)); do
            [[ ${COMP_WORDS[index]} == -* ]] || position=$((position + 1))
        done
    fi
    COMPREPLY=()
    words=""
    options=""
    files=""
    asked=""
    list=""
    before=""
    case $command in
"""
_TAIL = """\
    esac
    if [[ $COMP_CWORD -eq $place && $current != -* ]]; then
        words="@COMMANDS@"
        if [[ $place -eq 1 && -n $current && " $words" != *" $current"* ]]; then
            words="@AGENTS@"
        fi
        files=""
        asked=""
    elif [[ $current == -* && $files != value ]]; then
        words=$options
        files=""
        asked=""
        list=""
    fi
    if [[ -n $list && $current == *,* ]]; then
        before=${current%,*},
        current=${current##*,}
    fi
    if [[ -n $words ]]; then
        COMPREPLY=($(compgen -P "$before" -W "$words" -- "$current"))
    fi
    if [[ -n $asked ]]; then
        while IFS= read -r index; do
            [[ $index == "$current"* ]] && COMPREPLY+=("$(printf %q "$index")")
        done < <(ccmon completion --values "$asked" 2>/dev/null)
    fi
    if [[ $files == file || $files == directory ]]; then
        local IFS=$'\\n'
        compopt -o filenames 2>/dev/null
        if [[ $files == file ]]; then
            COMPREPLY+=($(compgen -f -- "$current"))
        else
            COMPREPLY+=($(compgen -d -- "$current"))
        fi
    fi
}
complete -F _ccmon ccmon
"""


def bash_script() -> str:
    """Return the whole script."""
    cases = "".join(line for command in all_commands() for line in _case(command))
    text = _HEAD + cases + _TAIL.replace("@COMMANDS@", joined(name for name, _ in commands()))
    return text.replace("@AGENTS@", joined(agents_in_front()))


def _case(command: Command) -> Iterator[str]:
    """Return what is set for one command: its options, and what stands at this place."""
    shown = options_of(command)
    yield f"        {command.name})\n"
    yield f'            options="{joined(flag for each in shown for flag in each.spellings)}"\n'
    for position, option in enumerate(places_of(command)):
        offered = _offered(command, option)
        if offered:
            yield f"            [[ $position -eq {position} ]] && {{ {offered}; }}\n"
    valued = [each for each in shown if each.metavar]
    if valued:
        yield "            case $previous in\n"
        for option in valued:
            offered = _offered(command, option) or "words=; files=value"
            yield f"                {'|'.join(option.flags)}) {offered} ;;\n"
        yield "            esac\n"
    yield "            ;;\n"


def _offered(command: Command, option: Option) -> str:
    """Return the assignments that offer an option's values."""
    words = words_at(command, option)
    parts = [f'words="{joined(words)}"'] if words else []
    if is_list(option):
        parts.append("list=1")
    elif asked_words(option):
        parts.append(f"files=value; asked={option.completes}")
    elif option.completes:
        parts.append(f"files={option.completes}")
    return "; ".join(parts)
