"""One snapshot as plain lines of text, for where there is no screen."""

from __future__ import annotations

from engine.agents.names import title_of
from engine.domain.model_labels import short_model
from engine.domain.reports import Figures
from engine.domain.responses import CLAUDE
from engine.domain.snapshots import Snapshot
from tui.words import format as fmt
from tui.words.limits import exact_step, window_line


def snapshot_lines(snapshot: Snapshot) -> list[str]:
    """Return a snapshot as plain lines of text."""
    zone = snapshot.zone
    lines = [f"ccmon · {fmt.day_clock(snapshot.generated_at, zone)} {zone} · this machine"]
    if snapshot.is_empty:
        lines += ["", "Nothing to read yet. Looked at:"]
        lines += [f"  {fmt.plain(place.path)}: {place.found}" for place in snapshot.places]
        lines.append("Point elsewhere with CLAUDE_CONFIG_DIR or --config-dir PATH.")
        return lines
    lines += ["", *_block_lines(snapshot), *_limit_lines(snapshot), ""]
    lines += [
        f"{name:<9}{_figures(figures)}"
        for name, figures in (
            ("Today", snapshot.today),
            ("Week", snapshot.week),
            ("Month", snapshot.month),
        )
    ]
    if snapshot.sessions:
        lines.append("")
    for session in snapshot.sessions[:10]:
        models = ", ".join(dict.fromkeys(map(short_model, session.models)))
        state = "busy" if session.is_busy else fmt.ago(snapshot.generated_at - session.last)
        agent = f"  {fmt.plain(title_of(session.agent))}" if len(snapshot.agents) > 1 else ""
        lines.append(
            f"{fmt.fit(fmt.plain(session.project), 24)} {_figures(session.figures)}"
            f"  {fmt.plain(models)}  {state}{agent}"
        )
    if snapshot.unpriced:
        names = ", ".join(fmt.plain(model) or "unknown" for model in snapshot.unpriced)
        lines += ["", f"Costs marked + leave out models without a price: {names}."]
    lines += [f"{notice.severity}: {fmt.plain(notice.text)}" for notice in snapshot.notices]
    return lines


def _block_lines(snapshot: Snapshot) -> list[str]:
    block, zone = snapshot.block, snapshot.zone
    if block is None:
        last = snapshot.last_response
        when = f" (last response {fmt.day_clock(last, zone)})" if last is not None else ""
        return [f"Block    none is active{when}"]
    rate = snapshot.burn_rate
    cached = rate.tokens_per_minute - rate.plain_tokens_per_minute
    lines = [
        f"Block    {fmt.clock(block.start, zone)} to {fmt.clock(block.end, zone)}"
        f" ({block.anchor}) · {fmt.duration(block.remaining)} left",
        f"Used     {_figures(block.figures)}",
        f"Burn     {fmt.dollars(rate.cost_per_hour)}/h"
        f" · {fmt.tokens(round(rate.plain_tokens_per_minute))} new"
        f" + {fmt.tokens(round(cached))} cache read tokens/min · {rate.word}",
    ]
    return lines


def _limit_lines(snapshot: Snapshot) -> list[str]:
    """Return a line for each limit window, the gravest first, with the one forecast of it."""
    now, zone = snapshot.generated_at, snapshot.zone
    windows = sorted(snapshot.windows, key=lambda window: not window.is_gravest)
    lines = [f"Limit    {window_line(window, now, zone)}" for window in windows]
    step = exact_step(windows) if CLAUDE in snapshot.agents else ""
    return [*lines, f"         {step}"] if step else lines


def _figures(figures: Figures) -> str:
    cost = fmt.dollars(figures.cost, bool(figures.unpriced))
    return (
        f"{fmt.tokens(figures.tokens.total):>6} tokens  {cost:>10}"
        f"  {fmt.tokens_exact(figures.responses):>7} responses"
    )
