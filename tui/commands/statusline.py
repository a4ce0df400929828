"""The command `ccmon statusline`: the hook's JSON in, one line out, and never a failure."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from threading import Thread

from tui.statusline.gathering import Gathered, gather
from tui.statusline.hook import Hook, parse_hook
from tui.statusline.line import Marks, parts_of
from tui.statusline.outputs import cut, escape, plain_text, waybar, written
from tui.statusline.shown import Shown
from tui.words.format import plain

_INPUT_PATIENCE = 1.0
"""Seconds to wait for the end of what is handed over."""
_MOST_INPUT = 4 << 20
_CHECK_CONFIG = "see ccmon config check"
_LONGEST_TROUBLE = 120


def run_statusline(options: Namespace) -> int:
    """Print the status line and return 0; on a terminal say how the command is used.

    Only what is done by hand can fail: `--install`, and on a terminal a template that names
    an unknown field (`UsageError`). Where the line is out the process ends at once: taking
    the interpreter down in order costs a tenth of the time, and all that matters is booked.
    """
    if options.install or options.uninstall:
        from tui.statusline.install import run_install

        return run_install(options)
    if sys.stdin is not None and sys.stdin.isatty():
        from tui.statusline.explaining import explain

        return explain(options)
    is_done = _answer_hook(options)
    if not is_done or sys.stdout is sys.__stdout__:
        os._exit(0)
    return 0


def _answer_hook(options: Namespace) -> bool:
    """Print the line; return whether nothing is being waited for any more."""
    begun = time.monotonic()
    given = _input()
    before = b""
    if options.wrap:
        from tui.statusline.wrap import PATIENCE, Wrapped

        wrapped = Wrapped(options.wrap, given)
        line, is_done = status_line(options, given, os.environ)
        before = wrapped.lines(max(0.0, begun + PATIENCE - time.monotonic()))
    else:
        line, is_done = status_line(options, given, os.environ)
    sys.stdout.buffer.write(before + line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
    return is_done


def status_line(
    options: Namespace, given: bytes, environment: Mapping[str, str]
) -> tuple[str, bool]:
    """Return the line for what the hook hands over, and whether all was answered in time.

    Never raises: where all else fails the line is the model's name.
    """
    hook = Hook()
    try:
        hook = parse_hook(given)
        found = _gathered(options, hook)
        return worded(_shown(options, hook, found), options, environment), found.is_done
    except Exception:  # noqa: BLE001 - the hook's one boundary: it never fails
        return _least(hook, options.format), True


def _least(hook: Hook, output: str) -> str:
    name = hook.model or "ccmon"
    return waybar(name, (), None, None) if output == "waybar" else name


def _gathered(options: Namespace, hook: Hook) -> Gathered:
    from engine.domain.settings import system_clock
    from tui.config.settings_of import settings_of

    return gather(lambda: settings_of(options), hook, system_clock())


def _shown(options: Namespace, hook: Hook, found: Gathered) -> Shown:
    trouble = _CHECK_CONFIG if options.config_error else found.trouble
    return Shown(
        hook=hook,
        glance=found.glance,
        windows=found.windows,
        now=found.now,
        is_partial=not found.trouble and (found.is_partial or found.glance is None),
        trouble=cut(plain(trouble), _LONGEST_TROUBLE),
        cost_source=options.cost_source,
        burn_words=options.visual_burn_rate,
        aliases=options.model_alias_map,
    )


def worded(shown: Shown, options: Namespace, environment: Mapping[str, str]) -> str:
    """Return what is shown as one line in the format asked for."""
    output = options.format
    marks = _marks(options)
    parts = parts_of(shown, marks)
    if options.template:
        from tui.statusline.template import fill

        text = fill(options.template, shown, lambda said: escape(said, output))
    else:
        is_coloured = _is_coloured(options, environment)
        cells = _columns(environment)
        text = written(parts, output, is_coloured=is_coloured, cells=cells)
    if output != "waybar":
        return text or "ccmon"
    return waybar(
        text,
        [plain_text([part]) for part in parts],
        shown.level(marks.levels),
        shown.five_hour_share(),
    )


def _marks(options: Namespace) -> Marks:
    from engine.domain.levels import levels_at

    return Marks(
        context_low=options.context_low_threshold / 100,
        context_medium=options.context_medium_threshold / 100,
        levels=levels_at(options.thresholds),
    )


def _is_coloured(options: Namespace, environment: Mapping[str, str]) -> bool:
    """Say whether styles are wanted: asked for, or not ruled out by `NO_COLOR`."""
    if options.color is not None:
        return bool(options.color)
    return not environment.get("NO_COLOR")


def _columns(environment: Mapping[str, str]) -> int | None:
    """Return how many cells there are, where the environment says it."""
    said = environment.get("COLUMNS", "")[:9]
    return int(said) or None if said.isascii() and said.isdigit() else None


def _input() -> bytes:
    """Return standard input up to its end; one that does not end in time is cut there."""
    if sys.stdin is None:
        return b""
    taken: list[bytes] = []
    thread = Thread(target=_read, args=(sys.stdin.fileno(), taken), daemon=True)
    thread.start()
    thread.join(_INPUT_PATIENCE)
    return b"".join(taken)


def _read(source: int, taken: list[bytes]) -> None:
    size = 0
    try:
        while size < _MOST_INPUT and (some := os.read(source, 1 << 16)):
            taken.append(some)
            size += len(some)
    except OSError:
        return
