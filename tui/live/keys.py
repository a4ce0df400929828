"""Every key of the live screen, once: for bindings, footer, help, palette and README."""

from __future__ import annotations

from typing import Literal, NamedTuple

from textual.binding import Binding, BindingType

from engine.domain.report_definitions import tabs

Place = Literal["app", "screen", "sessions", "graph", "providers"]
Group = Literal[
    "Everywhere",
    "Tabs",
    "Lists and tables",
    "The graph",
    "Providers",
    "What is shown",
    "Nothing to read",
]


class Key(NamedTuple):
    """One thing a user can do.

    `keys` are Textual's key names; `shown` is how people read them. `label` is for the
    footer, `does` for help and palette. Keys of `sessions` move in
    that list (the tables bind the same ones), those of `graph` in the calendar. `at_once`
    keys act even while text is typed.
    """

    id: str
    place: Place
    keys: str
    shown: str
    action: str
    label: str
    does: str
    group: Group
    at_once: str = ""
    in_palette: bool = False
    is_listed: bool = True
    """Whether help names it; of pairs such as up and down the first stands for both."""


_TAB_KEYS = "1234567890"
_TAB_NAMES = ("Live", *(tab.title for tab in tabs()), "Graph", "Providers")

KEYS: tuple[Key, ...] = (
    Key("quit", "app", "q", "q Ctrl+C Ctrl+Q", "quit", "quit", "Quit", "Everywhere",
        at_once="ctrl+c,ctrl+q", in_palette=True),
    Key("stop", "app", "", "Ctrl+Z", "suspend_process", "stop",
        "Stop and go back to the shell; fg comes back", "Everywhere", at_once="ctrl+z"),
    Key("help", "app", "?,h,f1", "? h F1", "help", "help", "Show the keys", "Everywhere",
        in_palette=True),
    Key("palette", "app", ":,ctrl+p", ": Ctrl+P", "command_palette", "commands",
        "Find any command by its name", "Everywhere"),
    Key("back", "screen", "escape,backspace", "Esc Backspace", "back", "back",
        "Close what is on top or clear the filter", "Everywhere"),
    Key("notices", "app", "n", "n", "notices", "notices",
        "Read all notices", "Everywhere", in_palette=True),
    Key("dismiss", "app", "x", "x", "dismiss", "dismiss",
        "Dismiss messages and the notice line", "Everywhere", in_palette=True),
    Key("events", "app", "v", "v", "events", "events",
        "List what happened to the limits", "Everywhere", in_palette=True),
    Key("picture", "app", "P", "P", "picture", "picture",
        "Write the screen as a picture (SVG)", "Everywhere", in_palette=True),
    *(
        Key(f"tab-{number}", "screen", key, key, f"show_tab({number})", name,
            f"Go to {name}", "Tabs", in_palette=True)
        for number, (name, key) in enumerate(
            zip(_TAB_NAMES, _TAB_KEYS, strict=False), 1
        )
    ),
    Key("next-tab", "screen", "tab,]", "Tab Shift+Tab ] [", "turn_tab(1)", "tabs",
        "Next or previous tab", "Tabs"),
    Key("previous-tab", "screen", "shift+tab,[", "Shift+Tab [", "turn_tab(-1)", "previous tab",
        "Previous tab", "Tabs", is_listed=False),
    Key("up", "sessions", "up,k", "↑ ↓ k j", "move(-1)", "move", "Move", "Lists and tables"),
    Key("down", "sessions", "down,j", "↓ j", "move(1)", "down", "Move down", "Lists and tables",
        is_listed=False),
    Key("page-up", "sessions", "pageup", "PgUp PgDn", "page(-1)", "page", "Move by a page",
        "Lists and tables"),
    Key("page-down", "sessions", "pagedown", "PgDn", "page(1)", "page down",
        "Move down a page", "Lists and tables", is_listed=False),
    Key("first", "sessions", "g,home", "g G Home End", "edge(False)", "ends",
        "Go to the first or the last row", "Lists and tables"),
    Key("last", "sessions", "G,end", "G End", "edge(True)", "last", "Go to the last row",
        "Lists and tables", is_listed=False),
    Key("open", "sessions", "enter", "Enter", "open", "open", "Open what is under the cursor",
        "Lists and tables"),
    Key("sort", "screen", "s", "s", "sort_next", "sort", "Sort by the next column",
        "Lists and tables", in_palette=True),
    Key("reverse", "screen", "S", "S", "sort_reverse", "reverse", "Reverse the order",
        "Lists and tables", in_palette=True),
    Key("filter", "screen", "/", "/", "filter", "filter", "Filter the table's rows",
        "Lists and tables", in_palette=True),
    Key("export", "screen", "e", "e", "export('csv')", "export", "Write the table as CSV",
        "Lists and tables", in_palette=True),
    Key("export-json", "screen", "E", "E", "export('json')", "export JSON",
        "Write the table as JSON", "Lists and tables", in_palette=True),
    Key("week-back", "graph", "left", "← → ↑ ↓", "move(-7)", "day",
        "Move by a week or by a day", "The graph"),
    Key("week-on", "graph", "right,l", "→", "move(7)", "week on", "Move a week on", "The graph",
        is_listed=False),
    Key("day-back", "graph", "up,k", "↑", "move(-1)", "day back", "Move a day back", "The graph",
        is_listed=False),
    Key("day-on", "graph", "down,j", "↓", "move(1)", "day on", "Move a day on", "The graph",
        is_listed=False),
    Key("year-back", "graph", "pageup,<", "PgUp PgDn < >", "turn_year(-1)", "year",
        "Year before or after, at last the last 53 weeks", "The graph"),
    Key("year-on", "graph", "pagedown,>", "PgDn", "turn_year(1)", "year on", "Year after",
        "The graph", is_listed=False),
    Key("first-day", "graph", "g,home", "g", "edge(False)", "first day", "Go to the first day",
        "The graph", is_listed=False),
    Key("last-day", "graph", "G,end", "G", "edge(True)", "last day", "Go to the last day",
        "The graph", is_listed=False),
    Key("open-day", "graph", "enter", "Enter", "open", "open", "Open the day under the cursor",
        "The graph", is_listed=False),
    Key("scroll-up", "providers", "up,k", "↑ ↓ k j", "move(-1)", "scroll", "Scroll by a line",
        "Providers"),
    Key("scroll-down", "providers", "down,j", "↓ j", "move(1)", "scroll down", "Scroll a line down",
        "Providers", is_listed=False),
    Key("scroll-page-up", "providers", "pageup", "PgUp PgDn", "page(-1)", "scroll a page",
        "Scroll by a page", "Providers"),
    Key("scroll-page-down", "providers", "pagedown", "PgDn", "page(1)", "scroll a page down",
        "Scroll a page down", "Providers", is_listed=False),
    Key("scroll-top", "providers", "g,home", "g G Home End", "edge(False)", "scroll to an end",
        "Go to the top or the end", "Providers"),
    Key("scroll-end", "providers", "G,end", "G End", "edge(True)", "scroll to the end",
        "Go to the end", "Providers", is_listed=False),
    Key("basis", "screen", "c", "c", "turn_basis", "cost/tokens",
        "Show shares and plots by cost or by tokens", "What is shown", in_palette=True),
    Key("span", "screen", "w", "w", "turn_span", "span",
        "How far tables reach back; on Live the 5 hours or the week", "What is shown",
        in_palette=True),
    Key("agents", "screen", "A", "A", "turn_agent", "agent",
        "Show all coding agents, or each one alone in turn", "What is shown", in_palette=True),
    Key("pause", "screen", "p,space", "p Space", "pause", "pause",
        "Freeze the screen; counting goes on", "What is shown", in_palette=True),
    Key("refresh", "screen", "r", "r", "refresh_now", "refresh", "Look for new lines now",
        "What is shown", in_palette=True),
    Key("zone", "app", "z", "z", "turn_zone", "zone", "Times in your zone or in UTC",
        "What is shown", in_palette=True),
    Key("theme", "app", "t", "t", "turn_theme", "theme", "Next theme", "What is shown",
        in_palette=True),
    Key("warnings", "app", "a", "a", "turn_warnings", "warnings",
        "Warnings of the limits on or off", "What is shown", in_palette=True),
    Key("pin", "app", "R", "R", "pin_reset", "pin reset",
        "Say when the 5-hour window resets, or unpin it", "What is shown", in_palette=True),
    Key("demo", "screen", "d", "d", "open_demo", "demo", "Try ccmon on made-up data",
        "Nothing to read"),
)  # fmt: skip

BY_ID = {key.id: key for key in KEYS}


def bindings(place: Place) -> list[BindingType]:
    """Return the Textual bindings of one place, each with an id and a tooltip."""
    made: list[BindingType] = []
    for key in KEYS:
        if key.place != place:
            continue
        if key.keys:
            made.append(
                Binding(key.keys, key.action, key.label, tooltip=key.does, id=key.id, show=False)
            )
        if key.at_once:
            made.append(
                Binding(
                    key.at_once,
                    key.action,
                    key.label,
                    tooltip=key.does,
                    id=f"{key.id}-at-once",
                    show=False,
                    priority=True,
                )
            )
    return made


def key_rows() -> list[tuple[str, str, str]]:
    """Return what help and README list: keys, what they do, their group; tabs are one row."""
    rows: list[tuple[str, str, str]] = []
    for key in KEYS:
        if key.id == "tab-1":
            rows.append((f"1 to {_TAB_KEYS[len(tabs()) + 1]}", "Go to a tab", key.group))
        elif key.is_listed and not key.id.startswith("tab-"):
            rows.append((key.shown, key.does, key.group))
    return rows
