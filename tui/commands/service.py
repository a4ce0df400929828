"""`ccmon service`: the local service in the background."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from tui.options import values
from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.shared import JSON, PLACES, REDACT_PATHS
from tui.words.shells import setting

if TYPE_CHECKING:
    from engine.domain.settings import Settings
    from engine.service.instance import Running

_ACTIONS = ("start", "stop", "status", "install", "telemetry")
_NOT_RUNNING = 3
"""What init scripts exit with for a program that does not run."""
_REFUSED = 1


def run(options: Namespace) -> int:
    """Do what is asked for; return the exit code: 0, or 3 where no service runs."""
    from tui.config.settings import settings_of

    settings = settings_of(options)
    if options.yes and options.action != "install":
        raise UsageError("--yes is for ccmon service install alone.")
    match options.action:
        case "start":
            running = start(settings, options)
            print(f"The service runs on {running.place} (process {running.pid}).")
            return 0
        case "stop":
            return _stop(settings)
        case "status":
            return _status(settings, options.json)
        case "telemetry":
            return _telemetry(settings)
    return _install(settings, options)


def start(settings: Settings, options: Namespace) -> Running:
    """Start the service in the background; raises `SettingsError`."""
    from engine.service.background import start as start_it

    return start_it(settings, command_line(options))


def command_line(options: Namespace) -> list[str]:
    """Return the command line of the service that a command is about, as this one is run."""
    command = [*program(), "serve"]
    port = getattr(options, "port", None)
    command += [] if port is None else [f"--port={port}"]
    command += [] if options.timezone is None else [f"--timezone={options.timezone}"]
    if options.start_of_week:
        command.append(f"--start-of-week={values.DAYS[options.start_of_week]}")
    if getattr(options, "redact_paths", False):
        command.append("--redact-paths")
    for name in ("ledger", "config"):
        path = getattr(options, name)
        if path is not None:
            command.append(f"--{name}={path if path == ':memory:' else _absolute(path)}")
    command += [f"--config-dir={_absolute(path)}" for path in options.config_dir or ()]
    return [*command, *(["--offline"] if options.offline else [])]


def _absolute(path: str) -> str:
    """Return a path that means the same wherever the service is started."""
    return os.path.abspath(os.path.expanduser(path))


def program() -> list[str]:
    """Return how ccmon is run here, whatever is on the path of who runs it."""
    name = sys.modules["__main__"].__package__ or "tui"
    script = os.path.abspath(sys.argv[0])
    is_script = os.path.basename(script).startswith("ccmon") and os.access(script, os.X_OK)
    return [script] if is_script else [sys.executable, "-m", name]


def _stop(settings: Settings) -> int:
    from engine.service.background import stop

    ended = stop(settings)
    if ended is None:
        print("No service runs.")
        return _NOT_RUNNING
    print(f"The service on {ended.place} has ended.")
    return 0


def _status(settings: Settings, is_json: bool) -> int:
    """Say whether the service runs and where; never its token."""
    from engine.service.instance import find_running

    running = find_running(settings)
    if is_json:
        import json

        from engine.domain.times import iso_time

        told = running and {
            "pid": running.pid,
            "url": running.url or None,
            "uds": running.uds,
            "version": running.version,
            "startedAt": iso_time(running.started_at),
        }
        print(json.dumps({"isRunning": running is not None, "service": told}, indent=2))
    elif running is None:
        print("No service runs: ccmon service start starts it.")
    else:
        print(f"The service runs on {running.place} (process {running.pid}, {running.version}).")
    return 0 if running is not None else _NOT_RUNNING


def _telemetry(settings: Settings) -> int:
    """Print what has Claude Code tell the service of its requests, for a shell to read."""
    from urllib.parse import quote

    from engine.service.instance import find_running

    running = find_running(settings)
    if running is None:
        print("No service runs: ccmon service start starts it.", file=sys.stderr)
        return _NOT_RUNNING
    if not running.url:
        raise SettingsError("Claude Code reaches no Unix socket: start the service without --uds.")
    for name, value in (
        ("CLAUDE_CODE_ENABLE_TELEMETRY", "1"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", running.url),
        ("OTEL_EXPORTER_OTLP_HEADERS", f"Authorization={quote(f'Bearer {running.token}')}"),
    ):
        print(setting(name, value))
    return 0


def _install(settings: Settings, options: Namespace) -> int:
    """Show what would start the service at each login, and write it after a yes."""
    from engine.domain.system import PLATFORM
    from engine.service.autostart import autostart_of
    from tui.terminal.consent import agrees

    unit = autostart_of(PLATFORM, settings.home, settings.environment, command_line(options))
    print(f"{unit.path}:\n\n{unit.text}")
    print(f"Then: {unit.then}\n")
    if not options.yes and not agrees(f"Write {unit.path}?"):
        print("Nothing was written.")
        return _REFUSED
    try:
        unit.path.parent.mkdir(parents=True, exist_ok=True)
        unit.path.write_text(unit.text, unit.encoding)
    except OSError as error:
        raise SettingsError(f"{unit.path} cannot be written ({error.strerror}).") from error
    print(f"Written. To start it now and at each login: {unit.then}")
    return 0


COMMAND = Command(
    "service",
    "watch",
    "start, stop or install the local service in the background, or say where it is",
    run,
    shared=(PLACES,),
    own=(
        Option(
            (),
            "start, stop, status, install (at each login), or telemetry (print what has Claude Code"
            " tell the service of its requests)",
            "ACTION",
            read=values.choice(_ACTIONS),
            choices=_ACTIONS,
            name="action",
        ),
        Option(
            ("--port",), "with start and install: listen on this port", "PORT", read=values.port
        ),
        REDACT_PATHS,
        Option(("-y", "--yes"), "with install: do not ask", default=False, is_configurable=False),
        JSON._replace(help="with status: print as JSON"),
    ),
    about="One service runs for each ledger. status exits with 0 where one runs, else with 3. The"
    " log is service.log, in ccmon's data directory. ccmon agent is another name for it.\n\n"
    "What telemetry prints holds the service's token: whoever has it may ask the service"
    " everything. Requests count, as those of the agent claude-telemetry, only in sessions whose"
    " transcript is not in the ledger, and no longer than that; no prompt is read or kept.",
    examples=(
        ("ccmon service start", "serve in the background"),
        ("ccmon service status --json", "where it is, for a script"),
        (
            'eval "$(ccmon service telemetry)"',
            "count sessions of this shell without transcripts too",
        ),
        (
            "ccmon service install",
            "a systemd user unit, launchd agent or Windows task, after a yes",
        ),
    ),
    is_configurable=False,
)
