"""`ccmon mcp`: the same figures as tools of the Model Context Protocol, for agents."""

from __future__ import annotations

import sys

from engine.domain.mistakes import SettingsError
from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.shared import ACCOUNT, AGENTS, BUDGET, LIMIT, PLACES, POLL, REDACT_PATHS

NEEDS_MCP = "MCP needs its SDK: install ccmon with the extra mcp, as in uv tool install '.[mcp]'."
_REFUSED = 1


def run(options: Namespace) -> int:
    """Serve one agent on standard input and output, or install that; return the exit code."""
    from importlib.util import find_spec

    if options.yes and not options.install:
        raise UsageError("--yes is for --install alone.")
    if find_spec("mcp") is None:
        raise SettingsError(NEEDS_MCP)
    if options.install:
        return _install(options)
    from engine.monitor import Monitor
    from engine.service.mcp.server import serve_stdio
    from engine.service.source import Source
    from tui import __version__
    from tui.config.settings import settings_of

    with Monitor(settings_of(options)) as monitor:
        source = Source(monitor, __version__, options.project_alias_map)
        serve_stdio(source, is_redacted=options.redact_paths)
    return 0


def command_line(options: Namespace) -> list[str]:
    """Return the command line that adds this server to Claude Code."""
    from tui.commands.service import program

    own = [*program(), "mcp", *(["--redact-paths"] if options.redact_paths else [])]
    return ["claude", "mcp", "add", "--scope", "user", "ccmon", "--", *own]


def _install(options: Namespace) -> int:
    """Have Claude Code itself add the server, after a yes; without it, print the line."""
    import shlex
    import shutil
    import subprocess

    from tui.terminal.consent import agrees

    command = command_line(options)
    claude = shutil.which("claude")
    if claude is None:
        print(f"Claude Code is not on the path. Where it is, run:\n{shlex.join(command)}")
        return 0
    print(shlex.join(command))
    if not options.yes and not agrees("Run it?"):
        print("Nothing was changed.")
        return _REFUSED
    sys.stdout.flush()
    return subprocess.run([claude, *command[1:]], check=False).returncode


COMMAND = Command(
    "mcp",
    "scripts",
    "usage, cost and limits as tools for agents (MCP, on standard input and output)",
    run,
    shared=(PLACES,),
    own=(
        REDACT_PATHS,
        Option(
            ("--install",),
            "have Claude Code add it (claude mcp add), after a yes",
            default=False,
            is_configurable=False,
        ),
        Option(("-y", "--yes"), "with --install: do not ask", default=False, is_configurable=False),
        AGENTS,
        LIMIT,
        ACCOUNT,
        BUDGET,
        POLL,
    ),
    about="Ten tools: daily, monthly, session and blocks, as ccusage's server called them; limits,"
    " running, compare, budget, prices and doctor. They only read. ccmon serve has them at /mcp.",
    examples=(
        ("ccmon mcp --install", "let Claude Code ask how much of your week is used"),
        ("claude mcp add ccmon -- ccmon mcp --redact-paths", "the same by hand, without names"),
    ),
    is_long=True,
)
