"""`ccmon cursor login | sync | status | logout`: Cursor's usage from its web site, or a CSV."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from engine.domain.settings import Settings
from tui.options import values
from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.shared import JSON, OFFLINE
from tui.terminal.console import is_terminal

if TYPE_CHECKING:
    from engine.agents.cursor.login import TokenKeeping
    from engine.agents.cursor.status import CursorStatus
    from engine.agents.cursor.sync import Synced
    from engine.agents.cursor.tokens import SessionToken

_ACTIONS = ("login", "sync", "status", "logout")
_MEANING = """\
ccmon asks cursor.com for your usage as its dashboard does, with the session token of your
browser. The interface is not documented; nothing but usage is asked for, nothing else is sent.
Where to find the token: cursor.com, signed in; the browser's developer tools; Application
(Firefox: Storage); Cookies; {cookie}."""


def run(options: Namespace) -> int:
    """Do what is asked; return the exit code. Raises `UsageError` and `SettingsError`."""
    if options.csv and options.action != "sync":
        raise UsageError("--csv FILE is for ccmon cursor sync alone.")
    if options.from_editor and options.action != "login":
        raise UsageError("--from-editor is for ccmon cursor login alone.")
    if options.yes and not options.from_editor:
        raise UsageError("--yes is for --from-editor alone.")
    from tui.config.settings import settings_of

    settings = settings_of(options)
    match options.action:
        case "login":
            return _login(settings, options)
        case "logout":
            return _logout(settings)
        case "status":
            return _status(settings, options)
    if options.csv:
        return _take(settings, Path(options.csv).expanduser())
    if settings.is_offline:
        raise UsageError("A sync needs the network: leave --offline out.")
    from engine.agents.cursor.sync import sync

    return _told(settings, sync(settings))


def _login(settings: Settings, options: Namespace) -> int:
    """Take a token, keep it and try it; one that Cursor refuses is not kept."""
    from engine.agents.cursor.login import TokenKeeping
    from engine.agents.cursor.sync import sync
    from engine.agents.cursor.tokens import TokenError

    try:
        token = _given(settings, options)
    except TokenError as error:
        raise SettingsError(str(error)) from None
    if token is None:
        print("Nothing was changed.")
        return 1
    keeping = TokenKeeping(settings)
    before = keeping.load()
    _keep(settings, keeping, token)
    if settings.is_offline:
        _say(f"Kept for {token.account}; it is tried by the next sync.")
        return 0
    synced = sync(settings)
    if synced.outcome == "unauthorized":
        if before is not None:
            _keep(settings, keeping, before)
        else:
            keeping.forget()
        raise SettingsError(
            "Cursor does not take this session token: copy a new one and try again."
        )
    where = "the system's keyring" if keeping.is_in_keyring else str(keeping.path)
    _say(f"Logged in as {token.account}; the session token is kept in {where}.")
    return _told(settings, synced)


def _keep(settings: Settings, keeping: TokenKeeping, token: SessionToken) -> None:
    from engine.agents.cursor.sync import forget_state

    try:
        keeping.keep(token)
        forget_state(settings)
    except OSError as error:
        raise SettingsError(
            f"The session token cannot be kept in {keeping.path.parent} ({error.strerror}):"
            " make it writable."
        ) from error


def _given(settings: Settings, options: Namespace) -> SessionToken | None:
    """Return the token from the editor, the terminal or standard input; `None` for a no."""
    from engine.agents.cursor.editor import editor_store, editor_token
    from engine.agents.cursor.tokens import COOKIE, TokenError, parse_token
    from tui.terminal.consent import agrees

    is_asked = is_terminal(sys.stdin)
    store = editor_store(settings.environment, settings.home)
    if options.from_editor:
        if store is None:
            raise TokenError("Cursor's editor is not on this machine: paste the token instead.")
        return editor_token(store) if options.yes or agrees(_asking(store)) else None
    if not is_asked:
        return parse_token(sys.stdin.readline() if sys.stdin is not None else "")
    _say(_MEANING.format(cookie=COOKIE))
    if store is not None and agrees(_asking(store)):
        return editor_token(store)
    from getpass import getpass

    pasted = getpass("Paste the token (it is not shown): ")
    return parse_token(pasted) if pasted.strip() else None


def _asking(store: Path) -> str:
    from tui.words.format import plain

    return f"Read the token that Cursor's editor keeps in {plain(str(store))}?"


def _logout(settings: Settings) -> int:
    from engine.agents.cursor.login import TokenKeeping
    from engine.domain.paths import cursor_directory

    try:
        was_in = TokenKeeping(settings).forget()
    except OSError as error:
        raise SettingsError(f"The session token cannot be deleted ({error.strerror}).") from error
    kept = (
        "What was synced stays; delete it in" if was_in else "Nobody was logged in; usage lies in"
    )
    _say(f"{kept} {cursor_directory(settings)}.")
    return 0


def _take(settings: Settings, given: Path) -> int:
    """Copy an exported CSV, once it is seen to hold usage."""
    from engine.agents.cursor.usage_files import take_csv
    from engine.domain.paths import cursor_directory

    target, count = take_csv(given, cursor_directory(settings))
    _say(f"{count:,} events of {given} are counted from now on, from {target}.")
    return 0


def _told(settings: Settings, synced: Synced) -> int:
    """Say what a sync came to; return the exit code."""
    from engine.agents.cursor.status import usage_sums

    if synced.outcome != "read":
        raise SettingsError(synced.sentence)
    _say(f"{synced.sentence} {usage_sums(settings).events:,} events are known.")
    return 0


def _status(settings: Settings, options: Namespace) -> int:
    from engine.agents.cursor.status import cursor_status

    status = cursor_status(settings)
    if options.json:
        from engine.documents.encoding import encode
        from tui.terminal.encoding import writable_json

        print(writable_json(encode(status), sys.stdout.encoding))
        return 0
    for name, text in _rows(status):
        _say(f"{name:<10}{text}")
    return 0


def _rows(status: CursorStatus) -> list[tuple[str, str]]:
    """Return what the page says, a name and a text each."""
    until = f", until {_day(status.expires_at)}" if status.expires_at else ""
    kept = f"in {status.kept_in}{until}" if status.kept_in else "none: ccmon cursor login"
    span = f", {_day(status.first_event)} to {_day(status.last_event)}" if status.events else ""
    problem = f" · {status.problem}" if status.problem else ""
    rows = [
        ("Account", status.account or "nobody is logged in"),
        ("Token", kept),
        ("Synced", (status.synced_at or "never") + problem),
        ("Events", f"{status.events:,}{span}"),
        ("Charged", f"${status.charged_cost:,.2f}"),
        ("API", f"${status.api_cost:,.2f} (as far as Cursor says what the API would cost)"),
    ]
    for number, file in enumerate(status.files):
        problem = f" · {file.problem}" if file.problem else ""
        rows.append(("" if number else "Files", f"{file.path}: {file.events:,} events{problem}"))
    return rows


def _day(moment: str | None) -> str:
    return (moment or "")[:10]


def _say(text: str) -> None:
    from tui.terminal.encoding import writable
    from tui.words.format import plain

    for line in text.splitlines():
        print(writable(plain(line), sys.stdout.encoding))


COMMAND = Command(
    "cursor",
    "upkeep",
    "log in to Cursor's web site and sync its usage, or give a CSV exported there",
    run,
    own=(
        Option(
            (),
            "login (keep a session token), sync (fetch now), status or logout",
            "ACTION",
            read=values.choice(_ACTIONS),
            choices=_ACTIONS,
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
        JSON._replace(help="with status: print as JSON"),
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
