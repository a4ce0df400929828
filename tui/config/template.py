"""The configuration that `ccmon config edit` begins with: every key, commented out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from tui.config.toml_file import command_tables, configurable
from tui.options.definition import Option

_HEAD = """\
# Configuration of ccmon. Remove the # from what you want to set; ccmon config check
# checks it, ccmon config show says what is in force and where it comes from.

# ── for every command that has the option ──
"""
_LIMITS = """\
# Percentages at which the levels half, high and critical begin: of every limit, of the
# 5 hours, of the week (its models too). Of fewer than three the lower levels are left out.
#thresholds = [50, 75, 90]
#five-hour = [60, 80, 95]
#week = [75, 90]
# What you want to use at most in a day, a week or a month.
#budgets = ["20usd/day", "500k/week"]     # "100usd/month@openai": of what OpenAI bills
# When warnings are only drawn on the screen.
#quiet-hours = "22:00-07:30"
"""
"""Keys of `[limits]` that are not options of `ccmon limits`."""
_PROVIDERS = """\
# Seconds for which an answer is young enough.
#cache-ttl = 300

#[providers.openai]       # keys do not stand here: ccmon providers set openai
#enabled = true
#base-url = "https://api.openai.com/v1"

#[providers.xai]
#team = "the team's id"
"""
"""Keys of `[providers]`."""
_TAIL = """\
# ── prices of your own, in USD per million tokens ──

#[prices."my-model"]
#input = 3
#output = 15
#cache-read = 0.3
#cache-write-5m = 3.75
#cache-write-1h = 6

# ── other names ──

#[aliases.projects]
#"-home-me-shop" = "Shop"

#[aliases.models]
#"claude-opus-4-8" = "Opus"

#[accounts]               # by the id of account or organization, or by config directory
#"~/.claude-work" = "Work"

# ── how warnings reach you; command and webhook only in this file, not in ./.ccmon.toml ──

#[notify]
#toast = true
#bell = true
#terminal = false         # the terminal's own notification (OSC 9, 777 or 99)
#progress = false         # the used share in the taskbar or tab (OSC 9;4)
#desktop = false          # notify-send, osascript or PowerShell
#command = "my-script"    # gets each warning as JSON on its standard input
#webhook = "https://hooks.example.org/ccmon"
"""


def template() -> str:
    """Return the text of the file."""
    lines = [_HEAD]
    shared = _shared_keys()
    for key in sorted(shared):
        lines.append("\n".join(_entry(configurable()[key])) + "\n")
    for command in command_tables():
        own = {key: option for key, option in configurable(command).items() if key not in shared}
        lines.append(f"# ── for ccmon {command} ──\n\n#[{command}]")
        lines += ["\n".join(_entry(option)) for option in own.values()]
        lines += [_LIMITS.rstrip()] if command == "limits" else []
        lines += [_PROVIDERS.rstrip()] if command == "providers" else []
        lines.append("")
    return "\n".join([*lines, _TAIL])


def _shared_keys() -> set[str]:
    """Return the keys that more than one command has."""
    counted: dict[str, int] = {}
    for command in command_tables():
        for key in configurable(command):
            counted[key] = counted.get(key, 0) + 1
    return {key for key, count in counted.items() if count > 1}


def _entry(option: Option) -> Iterator[str]:
    """Return a key's explanation, and the key with a value as it could be."""
    yield from textwrap.wrap(option.help, 88, initial_indent="# ", subsequent_indent="# ")
    yield f"#{option.key} = {option.example or 'true'}"
