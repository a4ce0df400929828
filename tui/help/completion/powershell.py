"""The completion script of PowerShell, of Windows' own edition 5 as of 7."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tui.help.completion.words import commands, options_of, places_of, summary, words_at
from tui.options.catalog import all_commands
from tui.options.definition import Command

_HEAD = """\
# Completion of ccmon in PowerShell: put this line into the file that $PROFILE names
#   ccmon completion powershell | Out-String | Invoke-Expression
"""
_TAIL = """\
Register-ArgumentCompleter -Native -CommandName 'ccmon', 'ccmon.exe' -ScriptBlock {
    param($word, $ast, $cursor)
    $before = @($ast.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.Extent.Text })
    $command = $before | Where-Object { $global:CcmonCommands.Contains($_) } |
        Select-Object -First 1
    $last = if ($before.Count) { $before[-1] } else { '' }
    $words = @()
    if (-not $command -and -not $word.StartsWith('-')) { $words = $global:CcmonCommands.Keys }
    if (-not $command) { $command = 'live' }
    $told = $global:CcmonOptions[$command]
    if ($global:CcmonValues[$command].Contains($last)) {
        $words = $global:CcmonValues[$command][$last]
    } elseif ($word.StartsWith('-')) {
        $words = $told.Keys
    } elseif ($before -ccontains $command) {
        $words = $global:CcmonPlaces[$command]
    }
    foreach ($each in $words) {
        if ($each.StartsWith($word, [StringComparison]::Ordinal)) {
            $what = if ($told.Contains($each)) { $told[$each] }
                elseif ($global:CcmonCommands.Contains($each)) { $global:CcmonCommands[$each] }
                else { $each }
            [System.Management.Automation.CompletionResult]::new(
                $each, $each, 'ParameterValue', $what)
        }
    }
}
"""
_BY_CASE = "[StringComparer]::Ordinal"
_QUOTES = "'\u2018\u2019\u201a\u201b"
"""All of them end a text in single quotes, and stand for themselves where they come twice."""


def powershell_script() -> str:
    """Return the whole script; where it offers nothing PowerShell offers files.

    All of it is ASCII: edition 5 reads what a program prints in a code page of its own.
    """
    lines = [
        *_table("$global:CcmonCommands", ((name, _quoted(text)) for name, text in commands())),
        *_tables("$global:CcmonOptions", {each.name: _options(each) for each in all_commands()}),
        *_tables("$global:CcmonValues", {each.name: _values(each) for each in all_commands()}),
        *_table(
            "$global:CcmonPlaces", ((each.name, _list(_places(each))) for each in all_commands())
        ),
    ]
    text = _HEAD + "".join(f"{line}\n" for line in lines) + _TAIL
    return text.replace("\u2026", "...").encode("ascii", "replace").decode()


def _options(command: Command) -> Iterator[tuple[str, str]]:
    """Yield each flag with what it does."""
    for option in options_of(command):
        for flag in option.flags:
            yield flag, _quoted(summary(option.help) or flag)
        for flag in option.off:
            yield flag, _quoted(f"not {option.flags[-1]}")


def _values(command: Command) -> Iterator[tuple[str, str]]:
    """Yield each flag that has a value with the words that can be one."""
    for option in options_of(command):
        if option.metavar:
            for flag in option.flags:
                yield flag, _list(words_at(command, option))


def _places(command: Command) -> list[str]:
    return [word for option in places_of(command) for word in words_at(command, option)]


def _table(name: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a table whose keys keep their order and differ by letter case: `-d` is not `-D`."""
    yield f"$table = [System.Collections.Specialized.OrderedDictionary]::new({_BY_CASE})"
    yield from (f"$table[{_quoted(key)}] = {value}" for key, value in rows)
    yield f"{name} = $table"


def _tables(name: str, tables: dict[str, Iterator[tuple[str, str]]]) -> Iterator[str]:
    yield f"{name} = @{{}}"
    for command, rows in tables.items():
        yield from _table(f"{name}[{_quoted(command)}]", rows)


def _list(words: Iterable[str]) -> str:
    return f"@({', '.join(map(_quoted, words))})"


def _quoted(text: str) -> str:
    return "'" + "".join(sign * 2 if sign in _QUOTES else sign for sign in text) + "'"
