"""`ccmon web`: opens the page of the local service in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from tui.options.definition import Command, Namespace, Option
from tui.options.shared import PLACES

if TYPE_CHECKING:
    from engine.domain.settings import Settings


def run(options: Namespace) -> int:
    """Start the service if there is none, and let the browser in; return the exit code."""
    from tui.config.settings import settings_of

    address = entrance(settings_of(options), options)
    if options.print or not _opened(address):
        print(f"Open this within a minute; it works once:\n{address}")
    else:
        print(f"Opened {address.partition('/login')[0]} in your browser.")
    return 0


def entrance(settings: Settings, options: Namespace) -> str:
    """Return an address that opens the page once, within a minute; start the service first.

    Raises `SettingsError` where no browser reaches it.
    """
    from urllib.parse import quote

    from engine.service.client import ask
    from engine.service.instance import find_running
    from tui.commands.service import start

    running = find_running(settings)
    if running is None:
        running = start(settings, options)
        print("Started the service in the background: ccmon service stop ends it.")
    if not running.url:
        raise SettingsError(
            f"The service listens on {running.uds}, beyond any browser: start it without --uds."
        )
    code = ask(running, "POST", "/api/v1/codes")["code"]
    return f"{running.url}/login?code={quote(code)}"


def _opened(address: str) -> bool:
    import webbrowser

    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False


COMMAND = Command(
    "web",
    "watch",
    "open the page of the local service in your browser",
    run,
    shared=(PLACES,),
    own=(
        Option(
            ("--print",),
            "print the address instead of opening it",
            default=False,
            is_configurable=False,
        ),
    ),
    about="It starts the service in the background where none runs. The address has a code that"
    " works once, within a minute; your browser gets a cookie for it, and no page of another site"
    " can use that.",
    examples=(("ccmon web", "open the page"),),
    is_configurable=False,
)
