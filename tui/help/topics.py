"""The topics of the manual: what the commands have in common, explained once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tui.config.sections import PRICE_PARTS
from tui.config.toml_file import command_tables, configurable
from tui.help.blocks import Code, Page, Paragraph, Terms, Title, paragraphs


def topic_names() -> tuple[str, ...]:
    """Return the names of the topics."""
    return tuple(_TOPICS)


def topic_rows() -> Iterator[tuple[str, str]]:
    """Return each topic with what it is about."""
    return ((name, about) for name, (about, _) in _TOPICS.items())


def topic_page(name: str) -> Page:
    """Return the page of a topic."""
    return _TOPICS[name][1]()


def _dates() -> Page:
    return (
        *paragraphs(
            "Days are calendar days of the zone in force: --timezone, else the system's. --since"
            " and --until take a day each, and both days count."
        ),
        Terms(
            (
                ("2026-11-01", "a day; 20261101 is the same"),
                ("today, yesterday", "by the clock, in the zone in force"),
                ("7d", "the first of the seven days that end today"),
                ("2w", "the same with weeks: the first of fourteen days"),
            )
        ),
        *paragraphs(
            "--last N keeps the newest N periods by the calendar: ccmon daily --last 1 is today,"
            " ccmon monthly --last 2 the running month and the one before. Of sessions and blocks"
            " it keeps the N whose responses are newest."
            "\n\nWeeks begin on Monday unless --start-of-week says otherwise. Only what is stored"
            " in UTC lies beneath: another zone or another first day of the week never needs the"
            " transcripts again."
        ),
        Code(
            (
                "ccmon daily --since 7d",
                "ccmon daily -s 2026-11-01 -u 2026-11-15 -z UTC",
                "ccmon compare 2026-10 2026-11",
            )
        ),
    )


def _costs() -> Page:
    return (
        *paragraphs(
            "Costs are API list prices in US dollars: what the same responses would cost through"
            " the API, not what a subscription costs. Each response is priced by its model and its"
            " day, with long-prompt prices, 5-minute and 1-hour cache writes, fast mode, batch and"
            " web search."
        ),
        Terms(
            (
                ("--mode auto", "the cost a transcript recorded where there is one, else ours"),
                ("--mode calculate", "ours for every response"),
                ("--mode display", "only what was recorded; 0 where nothing was"),
            )
        ),
        *paragraphs(
            "A model without a price is named, its tokens count, and every sum it is missing from"
            " bears a +. Give it a price in the configuration, in USD per million tokens:"
        ),
        Code(('[prices."my-model"]', "input = 3", "output = 15")),
        *paragraphs("--no-cost leaves costs out of tables and JSON."),
    )


def _config() -> Page:
    keys = configurable()
    return (
        *paragraphs(
            "Every option can have a default of one's own. Of what is said several times, the"
            " last in this list holds:"
        ),
        Terms(
            (
                (
                    "ccusage.json",
                    "a configuration of ccusage that is already there, for the keys"
                    " that mean the same",
                ),
                ("config.toml", "yours; ccmon config path says where, ccmon config edit opens it"),
                ("./.ccmon.toml", "of the directory one stands in"),
                (
                    "--config FILE",
                    "in place of both files above; a .json is read as ccusage's, in"
                    " place of all three",
                ),
                ("the command line", "always the last word"),
            )
        ),
        Title("Keys"),
        *paragraphs(
            "A key is an option's long name. At the top it holds for every command that has the"
            " option, below [COMMAND] for that command alone."
        ),
        Code(
            (
                'timezone = "Europe/Berlin"',
                "offline = true",
                "",
                "[daily]",
                "breakdown = true",
                "",
                "[live]",
                'theme = "light"',
                "",
                '[prices."my-model"]      # ' + ", ".join(PRICE_PARTS),
                "input = 3               # USD per million tokens",
                "output = 15",
                "",
                "[aliases.projects]",
                '"-home-me-shop" = "Shop"',
                "",
                "[aliases.models]",
                '"claude-opus-4-8" = "Opus"',
                "",
                "[limits]                # ccmon help limits says what else",
                "thresholds = [50, 75, 90]",
                "",
                "[notify]                # toast, bell, desktop …: ccmon help limits",
                "desktop = true",
            )
        ),
        Terms((("keys", ", ".join(keys)), ("commands", ", ".join(command_tables())))),
        *paragraphs(
            "A project's .ccmon.toml cannot set"
            f" {', '.join(key for key, option in keys.items() if option.is_private)}, prices, or"
            " the command and webhook of [notify]: a cloned repository must not choose what is read"
            " or written, what is run, or what is sent."
            "\n\nccmon config show COMMAND says each value in force and where it comes from."
        ),
    )


def _json() -> Page:
    return (
        *paragraphs(
            "Every report prints JSON with --json, in the shape of ccusage's Claude reports with"
            " more keys beside theirs. Times are ISO 8601 in UTC, days those of the zone in force,"
            " money US dollars, percentages go from 0 to 100, null stands for what is not known."
        ),
        Terms(
            (
                ("daily", "rows under daily, each with date"),
                ("weekly", "rows under weekly, each with week, its first day"),
                ("monthly", "rows under monthly, each with month"),
                ("session", "rows under sessions"),
                ("blocks", "rows under blocks"),
                ("graph", "rows under days, each with date and intensity, 0 to 4"),
                ("totals", "the sums of all rows, to the token"),
            )
        ),
        *paragraphs(
            "Models without a price are named at every level whose costs lack them. README.md"
            " lists every key; the project holds a JSON Schema of each report."
            "\n\nOn failure nothing is printed to standard output, one sentence to standard error,"
            " and the exit code is 1; after wrong arguments or a wrong configuration it is 2."
        ),
    )


def _limits() -> Page:
    return (
        *paragraphs(
            "Each window is shown with all its figures from one source: the best there is, named"
            " with its age."
        ),
        Terms(
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
                ("--reset-at 14:30", "when the 5 hours are reset, where nothing official says so"),
                ("blocks -t LIMIT", "the same as --limit for the report: tokens or max"),
            )
        ),
        *paragraphs(
            "ccmon limits shows every window, ccmon events what happened to them. For the shell"
            " ccmon limits --check prints one line and exits with"
        ),
        Terms(
            (
                ("0 fine", "less than half is used, and no limit is forecast before its reset"),
                ("10 warning", "half or more is used, or a limit is forecast before its reset"),
                ("11 critical", "90% or more is used; of your own limits and estimates also all"),
                ("12 hit", "a limit is hit, or an official window is used up"),
                ("20 unknown", "no share of any window is known"),
            )
        ),
        Title("Warnings"),
        *paragraphs(
            "Levels begin at 50, 75, 90 and 100 percent. Each is told once in its window, however"
            " many ccmon run and however often they are started; so are a limit that is forecast"
            " before its reset, a limit that is hit, and its reset."
        ),
        Code(
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
        ),
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


def _blocks() -> Page:
    return (
        *paragraphs(
            "Claude's subscriptions count use in windows of five hours. A block begins at the UTC"
            " hour of its first response and lasts five hours (--session-length says otherwise)."
            " A response opens a new block if it is later than that, or later than five hours"
            " after the response before; then a gap lies between. A block is active while it has"
            " not ended and its last response is less than five hours old."
            "\n\nThe live screen anchors the active block to the true window where Claude Code has"
            " told when it is reset, and says so; the report blocks keeps the rule."
            "\n\nThe burn rate shown live is that of the last ten minutes, idle time counted as"
            " idle. A block's average rate and projection in the report are those between its"
            " first and its last response."
        ),
    )


def _agents() -> Page:
    return (
        *paragraphs(
            "All coding agents whose stores are found are read and counted: in every report, on the"
            " live screen and in JSON. ccmon agents lists them, with --all also those that were not"
            " found and the places looked at. With --config-dir only Claude Code is read, unless"
            " --agent names others."
        ),
        Code(
            (
                "ccmon codex daily",
                "ccmon daily --agent claude,gemini",
                "ccmon monthly --by-agent",
                "ccmon models",
            )
        ),
        *paragraphs(
            "A name in front is the same as --agent with that name; agents in the configuration"
            " narrows every command that has the option. On the live screen A shows each agent"
            " alone in turn."
            "\n\nEvery agent has blocks and limits of its own: those of Claude Code are shown where"
            " several agents are."
        ),
    )


def _files() -> Page:
    return (
        Terms(
            (
                (
                    "transcripts",
                    "read, never written: CLAUDE_CONFIG_DIR (apart by commas), else"
                    " $XDG_CONFIG_HOME/claude and ~/.claude; --config-dir overrides both",
                ),
                (
                    "the ledger",
                    "what was counted, and refreshed prices: the platform's data"
                    " directory (Linux: ~/.local/share/ccmon) or CCMON_DATA_DIR; --ledger PATH for"
                    " the ledger alone",
                ),
                (
                    "Cursor's usage",
                    "cursor/ beside the ledger, as it was synced or given; cursor-session.json"
                    " holds the login, for you alone",
                ),
                (
                    "config.toml",
                    "the platform's configuration directory (Linux: ~/.config/ccmon)"
                    " or CCMON_CONFIG_DIR",
                ),
                ("./.ccmon.toml", "defaults for the directory one stands in"),
                ("ccusage.json", "./.ccusage, then each directory of transcripts"),
            )
        ),
        Paragraph(
            "The ledger holds numbers and names, never a word of a conversation. ccmon sends"
            " nothing about you anywhere; --offline never opens a connection. A report fetches"
            " stale prices and, for who is logged in, Cursor's usage beside its reading: it waits"
            " five seconds at most, and says what is missing."
        ),
        Title("Environment"),
        Terms(
            (
                ("CLAUDE_CONFIG_DIR", "where Claude Code keeps its transcripts"),
                ("CCMON_DATA_DIR", "where ccmon keeps its own data"),
                ("CCMON_CONFIG_DIR", "where config.toml lies"),
                (
                    "CCMON_CURSOR_URL",
                    "asked instead of cursor.com, by https",
                ),
                ("CCMON_NATIVE", "0 reads transcripts without the compiled reader"),
                ("CCMON_PRICES_URL", "asked instead of LiteLLM's table"),
                ("NO_COLOR", "no colour, whatever the value"),
                ("TZ", "the zone, unless --timezone says otherwise"),
                ("VISUAL, EDITOR", "what ccmon config edit opens"),
            )
        ),
    )


def _statusline() -> Page:
    from tui.statusline.shown import FIELDS

    return (
        *paragraphs(
            "With --template the line is your own: a field in braces is filled in, and a part in"
            " brackets is left out while one of its fields is unknown."
        ),
        Code(("ccmon statusline --template '{model} {session_cost}[ · {five_hour} of 5h]'",)),
        Terms(tuple((f"{{{name}}}", meaning) for name, (meaning, _) in FIELDS.items())),
    )


_TOPICS: dict[str, tuple[str, Callable[[], Page]]] = {
    "dates": ("how days and ranges are written, zones and weeks", _dates),
    "costs": ("what a cost is and where it comes from", _costs),
    "config": ("configuration files and every key", _config),
    "json": ("what the JSON looks like, exit codes", _json),
    "limits": ("windows, sources, budgets, warnings and their channels", _limits),
    "agents": ("which coding agents are counted, and how to narrow to some", _agents),
    "blocks": ("how the 5-hour blocks are found", _blocks),
    "statusline": ("the fields of a status line of one's own", _statusline),
    "files": ("where everything lies, environment variables", _files),
}
