"""The command about Cursor's usage."""

from __future__ import annotations

from tui.options import values
from tui.options.definition import Command, Option
from tui.options.shared import OFFLINE

ACTIONS = ("login", "sync", "status", "logout")

CURSOR = Command(
    "cursor",
    "upkeep",
    "log in to Cursor's web site and sync its usage, or give a CSV exported there",
    own=(
        Option(
            (),
            "login (keep a session token), sync (fetch now), status or logout",
            "ACTION",
            read=values.choice(ACTIONS),
            choices=ACTIONS,
            name="action",
        ),
        Option(
            ("--csv",),
            "with sync: count a CSV that was exported on cursor.com, instead of asking",
            "FILE",
            completes="file",
        ),
        Option(
            ("--from-editor",),
            "with login: read the token that Cursor's editor keeps; asks first",
            default=False,
        ),
        Option(("-y", "--yes"), "with --from-editor: do not ask", default=False),
        Option(("-j", "--json"), "with status: print as JSON", default=False, off=("--no-json",)),
        OFFLINE,
    ),
    about="Cursor counts on its servers, so its usage is fetched from there, and only for who"
    " logs in. login asks for the session token of cursor.com (it is not shown while it is"
    " pasted; a script gives it on standard input) and keeps it for you alone: in the system's"
    " keyring where the Python package keyring is installed, else in a file of mode 0600."
    "\n\nOnce logged in, reports and the live screen sync by themselves: every five minutes at"
    " most, beside reading; a report waits five seconds at most and says what is missing."
    " --offline never does. What tokscale has synced is counted too, the same event once."
    "\n\nA response's cost is what Cursor says that it costs through the API, else ours; status"
    " says what you are charged.",
    examples=(
        ("ccmon cursor login", "paste the token, or have it read from the editor's store"),
        ("ccmon cursor sync --csv usage-events.csv", "without logging in"),
        ("ccmon cursor status", "what is known, and what you are charged"),
    ),
    is_configurable=False,
)
