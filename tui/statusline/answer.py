"""The hook's JSON in, one line out, and never a failure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from tui.options.definition import Namespace
from tui.statusline.again import Asked
from tui.statusline.facts import Facts, facts_of
from tui.statusline.hook import Hook, parse_hook
from tui.statusline.line import Marks, parts_of
from tui.statusline.outputs import cut, escape, plain_text, rows_of, waybar, written, xbar
from tui.statusline.shown import Shown
from tui.words.format import plain

_CHECK_CONFIG = "see ccmon config check"
_LONGEST_TROUBLE = 120


def status_line(
    options: Namespace, given: bytes, environment: Mapping[str, str], asked: Asked | None = None
) -> tuple[str, bool]:
    """Return the line for what the hook hands over, and whether all was answered in time.

    `asked` is told what the line depends on, and given it where it may be kept. Never raises:
    where all else fails the line is the model's name.
    """
    hook = Hook()
    try:
        hook = parse_hook(given)
        found = _facts(options, hook, asked)
        line = worded(_shown(options, hook, found), options, environment)
        if asked is not None and found.lasting is not None:
            asked.hold(line, *found.lasting)
        return line, found.is_done
    except Exception:  # noqa: BLE001 - the hook's one boundary: it never fails
        return _least(hook, options.format), True


def _least(hook: Hook, output: str) -> str:
    name = hook.model or "ccmon"
    return waybar(name, (), None, None) if output == "waybar" else name


def _facts(options: Namespace, hook: Hook, asked: Asked | None) -> Facts:
    from engine.domain.settings import system_clock
    from tui.config.places import places
    from tui.config.settings import settings_of

    note = asked.note if asked is not None else _forget
    note(place.path for place in places(os.environ, options.config))
    return facts_of(lambda: settings_of(options), hook, system_clock(), note)


def _forget(paths: Iterable[str]) -> None:
    """Note no file, where no line is kept."""


def _shown(options: Namespace, hook: Hook, found: Facts) -> Shown:
    trouble = _CHECK_CONFIG if options.config_error else found.trouble
    return Shown(
        hook=hook,
        glance=found.glance,
        windows=found.windows,
        account=found.account,
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
        text = "\n".join(
            written(row, output, is_coloured=is_coloured, cells=cells)
            for row in rows_of(parts, options.rows if output in ("claude", "plain") else 1)
        )
    if output == "xbar":
        return xbar(text or "ccmon", [plain_text([part]) for part in parts])
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
