"""`ccmon limits`: where every limit window stands, for people, scripts and the shell."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.shared import ACCOUNT, BUDGET, COLOR, JSON, LIMIT, PLACES, POLL, RESET_AT

if TYPE_CHECKING:
    from engine.domain.limit_windows import LimitsNow
    from engine.domain.settings import Settings
    from engine.domain.typed.clocks import Clock
    from engine.monitor import Monitor
    from tui.tables.look import Look

_REFUSED = 1
_MEANING = """\
What it means to ask the usage endpoint:
- ccmon reads the sign-in token that Claude Code keeps (.credentials.json, or the Keychain on
  macOS). It is read when it is used, never renewed, written or shown.
- With it ccmon asks https://api.anthropic.com/api/oauth/usage what is used of your limits:
  every 5 minutes at most, all ccmon on this machine together. Nothing else is sent.
- The endpoint is not documented and may change or go. Whether Anthropic's terms allow such a
  token to be used by another program than Claude Code is a grey zone: you decide.
- Without it ccmon knows what the status line, local files and transcripts say.
- ccmon limits --disable-oauth turns it off."""


def run(options: Namespace) -> int:
    """Change what is asked for, else print the windows; return the exit code.

    With `--check` that is 0 fine, 10 warning, 11 critical, 12 hit or 20 unknown. Raises
    `UsageError` where options do not hold together.
    """
    if options.yes and not options.enable_oauth:
        raise UsageError("--yes is for --enable-oauth alone.")
    from engine.monitor import Monitor
    from tui.config.settings import settings_of

    with Monitor(settings_of(options)) as monitor:
        if options.enable_oauth or options.disable_oauth:
            return _switch_endpoint(monitor, options)
        monitor.require_roots()
        if options.no_reset_at or options.reset_at:
            _pin(monitor, options)
        return _show(monitor, options)


def read_limits(monitor: Monitor) -> LimitsNow:
    """Read what is new, saying how far that is where it takes long, and return the windows."""
    from engine.domain.paths import uses_providers
    from tui.terminal.progress_line import ProgressLine

    monitor.require_roots()
    with ProgressLine(sys.stderr) as progress:
        monitor.catch_up(progress.show)
    monitor.limits.ask_usage()
    if uses_providers(monitor.settings):
        monitor.providers.refresh()
    return monitor.limits.now()


def page_look(limits: LimitsNow) -> Look:
    """Return how pages about limits are to look."""
    from tui.tables.look import Look
    from tui.tables.terminal import width_of

    return Look(width=width_of(sys.stdout), zone=limits.zone)


def _pin(monitor: Monitor, options: Namespace) -> None:
    """Keep the reset that is given; raises `UsageError` for a time that it cannot be."""
    from engine.domain.mistakes import SettingsError

    try:
        monitor.limits.pin_reset(_reset(options.reset_at, monitor.settings))
    except SettingsError as error:
        raise UsageError(str(error)) from error


def _reset(clock: Clock | None, settings: Settings) -> int | None:
    """Return when a clock shows a time next in the zone in force."""
    if clock is None:
        return None
    from engine.domain.times import open_zone

    _, zone = open_zone(settings.zone, settings.environment)
    return clock.next(settings.clock(), zone)


def _switch_endpoint(monitor: Monitor, options: Namespace) -> int:
    """Turn the usage endpoint on, after it is said what that means, or off."""
    from tui.terminal.consent import agrees

    if options.disable_oauth:
        monitor.limits.enable_oauth(False)
        print("The usage endpoint is not asked.")
        return 0
    print(_MEANING)
    print()
    if not options.yes and not agrees("Ask the usage endpoint from now on?"):
        print("Nothing was changed.")
        return _REFUSED
    monitor.limits.enable_oauth(True)
    print("The usage endpoint is asked from now on; ccmon limits --disable-oauth turns it off.")
    return 0


def _show(monitor: Monitor, options: Namespace) -> int:
    """Print the windows as asked for; what a script reads needs nothing that draws."""
    from tui.terminal.encoding import writable, writable_json

    limits = read_limits(monitor)
    notices = [notice.text for notice in monitor.notices()]
    is_endpoint_asked = monitor.limits.is_oauth_enabled()
    encoding = sys.stdout.encoding
    if options.json:
        from engine.documents.encoding import encode
        from engine.documents.limits import limits_document

        document = limits_document(limits, is_endpoint_asked=is_endpoint_asked, notices=notices)
        print(writable_json(encode(document), encoding))
    elif options.check:
        print(writable(check_line(limits), encoding))
    else:
        _print_page(limits, notices, options)
    return _exit_code(limits) if options.check else 0


def _exit_code(limits: LimitsNow) -> int:
    from engine.documents.limits import EXIT_CODES
    from engine.limits.status import status_of

    return EXIT_CODES[status_of(limits.windows, limits.hit)[0]]


def _print_page(limits: LimitsNow, notices: Sequence[str], options: Namespace) -> None:
    from tui.tables.limits_page import limits_lines
    from tui.tables.terminal import has_styles, print_lines

    lines = limits_lines(limits, page_look(limits), notices)
    print_lines(lines, is_styled=has_styles(options.color, sys.stdout))


def check_line(limits: LimitsNow) -> str:
    """Return the status and the window it comes from, in one line."""
    from engine.limits.status import status_of
    from tui.words.limits import hit_text, left_text, name_text, share_text, source_text, when

    status, window = status_of(limits.windows, limits.hit)
    now, zone = limits.generated_at, limits.zone
    if status == "hit" and limits.hit is not None:
        return f"hit: {hit_text(limits.hit, now, zone)}"
    if window is None:
        return "unknown: no share of any limit is known (ccmon help limits)"
    end, reaches_at = window.resets_at, window.forecast.reaches_at
    parts = [f"{status}: {name_text(window)} {share_text(window)}"]
    if reaches_at is not None:
        parts.append(f"limit at {when(reaches_at, now, zone)}")
    if end is not None:
        parts.append(f"reset {when(end, now, zone)}, in {left_text(end, now)}")
    return " · ".join([*parts, source_text(window)])


COMMAND = Command(
    "limits",
    "scripts",
    "every limit window: how much is used, until when, and what becomes of it",
    run,
    shared=(PLACES,),
    own=(
        JSON,
        Option(
            ("--check",),
            "print one line; exit code 0 fine, 10 warning, 11 critical, 12 hit, 20 unknown",
            default=False,
            is_configurable=False,
        ),
        LIMIT,
        ACCOUNT,
        BUDGET,
        RESET_AT._replace(
            help="keep that the 5 hours are reset at this time of the day, such as 14:30, until"
            " then or until an official source says otherwise",
            one_of="pin",
        ),
        Option(
            ("--no-reset-at",),
            "forget what --reset-at said",
            default=False,
            is_configurable=False,
            one_of="pin",
        ),
        Option(
            ("--enable-oauth",),
            "also ask Anthropic's usage endpoint; says first what that means, and asks",
            default=False,
            is_configurable=False,
            one_of="oauth",
        ),
        Option(
            ("--disable-oauth",),
            "stop asking it",
            default=False,
            is_configurable=False,
            one_of="oauth",
        ),
        Option(
            ("-y", "--yes"),
            "with --enable-oauth: do not ask",
            default=False,
            is_configurable=False,
        ),
        COLOR,
        POLL,
    ),
    about="Each window's share, use, reset and forecast come from one source, which is named with"
    " its age. Before a percentage that is old stands ≥: at least so much is used.",
    examples=(
        ("ccmon limits", "where every window stands"),
        ("ccmon limits --check && claude -p 'go on'", "go on only while all is fine"),
        ("ccmon limits --budget 20usd/day", "with a budget of one's own"),
        ("ccmon limits --reset-at 14:30", "say when the 5 hours are reset"),
    ),
)
