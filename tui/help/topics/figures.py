"""What figures mean: days, costs, blocks, and whose they are."""

from __future__ import annotations

from tui.help.blocks import Code, Page, Terms, paragraphs


def dates() -> Page:
    """Return the page on days and ranges of them, zones and weeks."""
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
                ("this-week, last-week", "from its first day, up to its last"),
                ("this-month, 2026-11", "the same of a month; last-month too"),
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
                "ccmon projects --since this-month",
                "ccmon session --since last-month --until last-month",
                "ccmon daily -s 2026-11-01 -u 2026-11-15 -z UTC",
                "ccmon compare 2026-10 2026-11",
            )
        ),
    )


def costs() -> Page:
    """Return the page on what a cost is and where it comes from."""
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


def blocks() -> Page:
    """Return the page on how the 5-hour blocks are found."""
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


def agents() -> Page:
    """Return the page on which coding agents are counted."""
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
