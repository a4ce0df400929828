"""Says on a terminal what `ccmon statusline` is for, with the line as it would be now."""

from __future__ import annotations

import os
from difflib import get_close_matches

from tui.options.definition import Namespace, UsageError
from tui.statusline.answer import status_line
from tui.statusline.shown import FIELDS
from tui.statusline.template import field_lines, unknown_fields


def print_usage(options: Namespace) -> int:
    """Print how the command is used; raises `UsageError` for a template's unknown field."""
    check_template(options.template)
    line, is_done = status_line(options, b"", os.environ)
    told = (
        "Claude Code runs this command and hands it JSON on standard input; it prints one line.",
        "Without that, such as now, it knows no session:",
        "",
        f"  {line}",
        "",
        "Set it up:  ccmon statusline --install",
        "tmux:       set -g status-right '#(ccmon statusline --format tmux </dev/null)'",
        'waybar:     "exec": "ccmon statusline --format waybar </dev/null"',
        "polybar:    exec = ccmon statusline --format polybar </dev/null",
        "starship:   command = 'ccmon statusline --format plain </dev/null'",
        "SwiftBar, xbar, Argos: a script that runs ccmon statusline --format xbar </dev/null",
        "",
        "A line of your own: --template '{model} {session_cost}[ · {five_hour} of 5h]', where a",
        "part in brackets is left out while its fields are unknown. Fields:",
        "",
        *(f"  {each}" for each in field_lines()),
    )
    print("\n".join(told), flush=True)
    if not is_done:
        os._exit(0)
    return 0


def check_template(template: str | None) -> None:
    """Raise `UsageError` where a template names a field that there is not."""
    unknown = unknown_fields(template or "")
    if not unknown:
        return
    near = get_close_matches(unknown[0], FIELDS, 1)
    hint = f"did you mean {{{near[0]}}}?" if near else "ccmon statusline shows all fields."
    raise UsageError(f"The template's {{{unknown[0]}}} is not a field: {hint}")
