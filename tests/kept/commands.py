"""Every command whose answer is kept, by the file that keeps it, and what it is asked with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from msgspec import Struct

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOW = 1_795_184_640_000
"""Friday 20 November 2026, 15:24 in Berlin: when the made-up user's history ends."""

DEMO = ("demo", "{demo}", "--responses", "420", "--days", "12", "--sessions", "18", "--once")
"""Writes the made-up user's Claude Code, Codex and Gemini CLI."""

CONFIG = """\
offline = true

[daily]
breakdown = true

[aliases.projects]
"-Users-mika-notes" = "Notebook"

[aliases.models]
"claude-opus-5-5" = "Opus"

[prices."lighthouse-coder-32b"]
input = 3
output = 15

[limits]
thresholds = [40, 60, 80]
budgets = ["20usd/day", "3M/week", "100usd/month"]
"""
"""A configuration that some commands are given with `--config`."""


class Asked(Struct, frozen=True):
    """One command line as of a moment; words in braces are filled in when it is run."""

    line: str
    now: int = NOW
    hook: str = ""
    """What stands on standard input."""

    @property
    def title(self) -> str:
        """The line as it stands above its answer."""
        given = f" < {self.hook}" if self.hook else ""
        later = (self.now - NOW) // MINUTE
        return f"$ ccmon {self.line}{given}{f'   # {later:+} minutes' if later else ''}"


def hook(session: str, transcript: str, percent: float, now: int = NOW) -> str:
    """Return what Claude Code hands to a status line's command."""
    said = {
        "session_id": session,
        "transcript_path": transcript,
        "cwd": "/Users/mika/code/harbour-api",
        "model": {"id": "claude-opus-5-5", "display_name": "Opus 5.5"},
        "version": "2.1.330",
        "cost": {"total_cost_usd": 1.25, "total_api_duration_ms": now % DAY},
        "context_window": {
            "context_window_size": 200_000,
            "used_percentage": 41,
            "current_usage": {
                "input_tokens": 12,
                "cache_creation_input_tokens": 2_000,
                "cache_read_input_tokens": 80_000,
            },
        },
        "rate_limits": {
            "five_hour": {
                "used_percentage": percent,
                "resets_at": (NOW + 2 * HOUR + 36 * MINUTE) // 1000,
            },
            "seven_day": {
                "used_percentage": 20 + percent / 9,
                "resets_at": (NOW + 3 * DAY + 5 * HOUR + 36 * MINUTE) // 1000,
            },
        },
    }
    return json.dumps(said)


RECORDED = ((-130, 3.0), (-100, 9.0), (-70, 21.0), (-40, 38.0), (-10, 51.0), (0, 55.0))
"""Minutes from now, and the percentage of five hours that the status line recorded then."""

_REPORTS = ("daily", "weekly", "monthly", "session", "projects", "models", "blocks")
_WRITTEN = ("--json", "", "--csv", "--markdown")
_OF_EACH = """
--json --agent codex --top 3
--json -p harbour --top 3
--json --since 3d --no-cost --top 3
--json --sort tokens --order asc --top 2
--compact
--agent gemini
--csv --agent codex
--json --config-dir {rare}
--mode display --config-dir {rare}
"""
_OF_PERIODS = """
--json --agents claude,gemini --last 1
--json --by-agent --last 1
--json --model sonnet --last 2
--json -z Asia/Tokyo --last 2
--json --mode display --last 1
--breakdown --last 2
--by-agent --last 2
--markdown --by-agent --last 2
--config {config} --last 3
"""
_WITHOUT_PERIODS = ("projects", "models")
_OF_ONE = {
    "daily": """
daily --json --instances --since 3d
daily --instances --since 3d
daily --csv --instances --since 3d
daily --json --sections daily,weekly,monthly,session --since yesterday
daily --sections daily,session --since yesterday
daily --json --since 2026-11-14 --until 2026-11-15
daily --json --since 2026-11-15 --until 2026-11-14
daily --json --project-aliases -Users-mika-notes=Notes --instances --since 2d
codex daily --json --last 2
daily --color --last 2
daily --until 2026-01-01
daily --json --until 2026-01-01
daily --agent amp
daily --nonsense
daily --since tomorrowish
daily --help
""",
    "weekly": """
weekly --json -w sunday
weekly --csv -w wednesday
""",
    "hourly": """
hourly --json --last 8
hourly --json --last 30 --agent gemini
hourly --json -z Asia/Kolkata --last 2
hourly --last 40
hourly --csv
hourly --markdown --last 12
""",
    "session": """
session --json --id {session}
session --id {session}
session --csv --id {session}
session --markdown --id {session}
session --json --id {codex}
session --id {codex}
session --json --id {gemini}
session --id {gemini}
session --id nobody
session --json --id nobody
session --json --id s1 --config-dir {rare}
session --id s1 --config-dir {rare}
""",
    "blocks": """
blocks --json --active
blocks --active
blocks --csv --active
blocks --recent
blocks --json --token-limit max --last 3
blocks --token-limit 500k
blocks --json --session-length 2.5 --last 4
blocks --json --active --agent codex
blocks --active --agent codex
blocks --json --by-agent
models --json --last 3
""",
    "summary": """
summary --json
summary
summary --csv
summary --markdown
summary --json --agent codex
summary --json -p notes
summary --agent claude
summary --compact
summary --json -z America/New_York
summary --config {config}
summary --json --config-dir {rare}
""",
    "compare": """
compare --json yesterday today
compare yesterday today
compare --csv yesterday today
compare --markdown yesterday today
compare --json 2026-11-09..2026-11-14 2026-11-15..2026-11-20
compare --json harbour notes
compare harbour notes --since 7d
compare --json yesterday today --agent codex
""",
    "graph": """
graph --json
graph
graph --by tokens
graph --year 2026
graph --agent codex
graph --color --model sonnet
graph --svg {home}/year.svg
""",
    "limits": """
limits --json
limits
limits --check
limits --color
limits --json --config {config}
limits --config {config}
limits --json --agent codex
limits --json --reset-at 17:30
limits --limit 500k --json
limits --budget 5usd/day --json
limits --budget 5bananas/day
limits --config-dir {rare}
limits --check --config-dir {rare}
""",
    "events": """
events --json
events
events --json --config {config}
""",
    "live": """
live --json
live
live --json --agent claude
live --json --agent codex
live --json --limit 2M
live --json --reset-at 16:10
live --json -z Asia/Tokyo
live --json --config {config}
live --demo --json
live --demo
live --agent gemini
live --json --config-dir {rare}
""",
    "doctor": """
doctor --json
doctor
doctor --json --agent codex
doctor --json --config-dir {rare}
doctor --config-dir {rare}
doctor --config-dir {home}/nowhere
daily --config-dir {home}/nowhere
""",
    "agents": """
agents --json
agents
agents --json --config-dir {rare}
""",
    "config": """
config path
config show
config show --json
config show daily --config {config}
config show limits --json --config {config}
config show daily -- --since 7d
config check {config}
config check {home}/nothing.toml
""",
    "other": """
--version
--help
help dates
help costs
nonsense
cursor status
cursor status --json
prices
statusline --install
""",
}
_CLOCKS = (
    -2 * HOUR,
    25 * MINUTE,
    3 * HOUR,
    9 * HOUR,
    26 * HOUR,
    5 * DAY,
    40 * DAY,
)
"""How far from now the moving views are looked at beside."""
_MOVING = (
    "live --json",
    "live",
    "limits --json",
    "limits --check",
    "events",
    "blocks --json --active",
    "summary",
    "daily --last 3",
    "limits --json --config-dir {rare}",
    "live --config-dir {rare}",
)
_LINES = (
    "",
    "--format plain",
    "--format tmux",
    "--format waybar",
    "--no-color",
    "--cost-source both",
    "--visual-burn-rate emoji",
    "--config {config}",
    "--template '{model} {session_cost} {today_tokens}[ · {five_hour} of 5h, {seven_day_left}]'",
)
_HOOKS = ("{hook}", "", "{}", "not JSON", '{"model": {"display_name": "Opus"}}')


def kept() -> Mapping[str, tuple[Asked, ...]]:
    """Return what is asked, by the name of the file that keeps the answers."""
    found: dict[str, list[Asked]] = {}
    for name in _REPORTS:
        found[name] = [Asked(f"{name} {how}".strip()) for how in _WRITTEN]
        more = "" if name in _WITHOUT_PERIODS else _OF_PERIODS
        found[name] += [Asked(f"{name} {how}") for how in _lines(_OF_EACH + more)]
    for name, text in _OF_ONE.items():
        found.setdefault(name, []).extend(Asked(line) for line in _lines(text))
    for after in _CLOCKS:
        for line in _MOVING:
            name = line.split()[0]
            found[name].append(Asked(line, NOW + after))
    found["statusline"] = list(_status_lines())
    return {name: tuple(asked) for name, asked in found.items()}


def _status_lines() -> Iterator[Asked]:
    for how in _LINES:
        yield Asked(f"statusline {how}".strip(), hook="{hook}")
    for given in _HOOKS[1:]:
        yield Asked("statusline", hook=given or " ")
    for after in _CLOCKS:
        yield Asked("statusline --format plain", NOW + after, hook="{hook}")
        yield Asked("statusline --format plain", NOW + after, hook="{}")


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()
