"""Limit windows, their sources, warnings, and the usage endpoint."""

from __future__ import annotations

from tui.help.blocks import Code, Page, Terms, Title, paragraphs

_SOURCES = Terms(
    (
        (
            "official",
            "the percentages that Claude Code hands to ccmon statusline, that it keeps in"
            " .claude.json, that the desktop app keeps, or that the usage endpoint tells;"
            " where they are old, at least so much is used",
        ),
        ("limit messages", "what Claude Code wrote when a limit was hit, with its reset"),
        ("--limit 500k", "tokens; also 1.5M or 500,000"),
        ("--limit 20usd", "dollars; '$20' in quotes is the same"),
        ("--limit max", "your largest finished block: an estimate"),
        ("--limit median", "the median of them: an estimate"),
        ("--limit p90", "the 90th percentile of them, the default: an estimate"),
        ("--budget 20usd/day", "your own, by the calendar: day, week or month"),
        ("--budget 100usd/month@openai", "of what a provider bills, by UTC days"),
        ("ccmon providers", "what enabled providers say of spend limits and plans"),
        ("--reset-at 14:30", "when the 5 hours are reset, where nothing official says so"),
        ("blocks -t LIMIT", "the same as --limit for the report: tokens or max"),
    )
)
_EXIT_CODES = Terms(
    (
        ("0 fine", "less than half is used, and no limit is forecast before its reset"),
        ("10 warning", "half or more is used, or a limit is forecast before its reset"),
        ("11 critical", "90% or more is used; of your own limits and estimates also all"),
        ("12 hit", "a limit is hit, or an official window is used up"),
        ("20 unknown", "no share of any window is known"),
    )
)
_EXAMPLE = Code(
    (
        "[limits]",
        "thresholds = [50, 75, 90]  # where levels begin",
        "five-hour = [60, 80, 95]   # of the 5 hours",
        "week = [75, 90]            # of the week",
        'budgets = ["20usd/day", "500k/week"]',
        'quiet-hours = "22:00-07:30"  # only drawn',
        "",
        "[notify]",
        "toast = true      # on the live screen",
        "bell = true",
        "title = true      # what is left: OSC 2",
        "terminal = false  # the terminal's own: OSC 9, 777, 99",
        "progress = false  # in the taskbar or tab: OSC 9;4",
        "desktop = false   # the desktop's notifications",
        'command = "my-script"  # gets JSON on standard input',
        'webhook = "https://hooks.example.org/ccmon"',
    )
)


def limits() -> Page:
    """Return the page on windows, sources, warnings and the usage endpoint."""
    return (
        *paragraphs(
            "Each window is shown with all its figures from one source: the best there is, named"
            " with its age."
        ),
        _SOURCES,
        *paragraphs(
            "ccmon limits shows every window, ccmon events what happened to them. For the shell"
            " ccmon limits --check prints one line and exits with"
        ),
        _EXIT_CODES,
        Title("Warnings"),
        *paragraphs(
            "Levels begin at 50, 75, 90 and 100 percent. Each is told once in its window, however"
            " many ccmon run and however often they are started; so are a limit that is forecast"
            " before its reset, a limit that is hit, and its reset."
        ),
        _EXAMPLE,
        *paragraphs(
            "command and webhook hold only in your own configuration, never in a project's"
            " .ccmon.toml. Nothing is sent anywhere unless you set one of them."
        ),
        Title("The usage endpoint"),
        *paragraphs(
            "ccmon limits --enable-oauth lets ccmon ask Anthropic's usage endpoint, too. It says"
            " first what that means: Claude Code's own sign-in token is read (never renewed,"
            " written or shown), the endpoint is not documented, and whether other programs may"
            " use it is a grey zone. It is asked every 5 minutes at most. Without it no"
            " credential is ever opened."
        ),
    )
