"""The page of `ccmon doctor`: what was found, what could not be read, what will be deleted."""

from __future__ import annotations

from collections.abc import Iterator

from engine.agents.names import title_of
from engine.domain.found import Health, RootHealth
from tui.words import format as fmt

_BAD_FILES_SHOWN = 20


def health_lines(health: Health, zone: str, step: str = "") -> list[str]:
    """Return what doctor tells as lines of plain text; `step` is what makes limits exact."""
    lines = ["Places looked at"]
    lines += [f"  {fmt.plain(place.path)}: {place.found}" for place in health.places]
    for root in health.roots:
        lines += ["", f"Root {fmt.plain(root.path)}", *_root_lines(root, zone)]
    if health.agents:
        names = ", ".join(fmt.plain(title_of(agent)) for agent in health.agents)
        lines += ["", "Other coding agents", f"  {names}; ccmon agents says what was read of them"]
    lines += ["", "Counted", *_counted_lines(health, zone)]
    uncounted = list(_uncounted_lines(health))
    lines += ["", "Not counted", *uncounted] if uncounted else []
    lines += ["", "Could not be read", *_unread_lines(health)]
    lines += ["", "Limits", f"  no official percentage is known: {step}"] if step else []
    lines += [
        "",
        "Ledger",
        f"  {fmt.plain(health.ledger_path)}"
        + (" (in memory: nothing is kept)" if health.is_ledger_in_memory else "")
        + (f", {fmt.size(health.ledger_size)}" if health.ledger_size else ""),
        "",
        "Watching",
        f"  {health.watch}",
        "",
        "Prices",
        f"  of other vendors' models as of {health.other_prices_as_of}",
        *_unpriced_lines(health),
        "",
        "Versions",
        "  " + ", ".join(f"{name} {version}" for name, version in health.versions),
    ]
    if health.notices:
        lines += ["", "Notices"]
        lines += [f"  {notice.severity}: {fmt.plain(notice.text)}" for notice in health.notices]
    return lines


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _root_lines(root: RootHealth, zone: str) -> Iterator[str]:
    yield (
        f"  {_counted(root.files, 'transcript')}, {_counted(root.lines, 'line')},"
        f" {fmt.size(root.bytes)}, {_counted(root.bad_lines, 'line')} could not be read"
    )
    if root.is_cowork:
        yield "  sessions of Claude Desktop (Cowork), each with a directory of its own"
        return
    said = "its default" if root.cleanup_is_default else "set in its settings"
    yield (
        f"  Claude Code deletes transcripts after {root.cleanup_days} days (cleanupPeriodDays,"
        f" {said}); ccmon's ledger keeps what was counted"
    )
    if root.oldest_deleted_at is not None:
        yield (
            f"  next to be deleted: {fmt.day_clock(root.oldest_deleted_at, zone)};"
            f" {root.files_deleted_within_week:,} within a week"
        )


def _counted_lines(health: Health, zone: str) -> Iterator[str]:
    yield f"  {_counted(health.responses, 'response')}"
    if health.first_response is not None and health.last_response is not None:
        first = fmt.day_clock(health.first_response, zone)
        yield f"  from {first} to {fmt.day_clock(health.last_response, zone)} ({zone})"


def _uncounted_lines(health: Health) -> Iterator[str]:
    """Yield what is in no figure, though it was used or is there."""
    for store in health.silent:
        yield f"  of {fmt.plain(store.title)} nothing could be counted: {store.reason}"
    for empty in health.empty:
        one = empty.responses == 1
        yield (
            f"  {empty.responses:,} response{'' if one else 's'} of"
            f" {fmt.plain(empty.model) or 'an unnamed model'} came with 0 tokens in and out:"
            f" the endpoint does not tell what {'it' if one else 'they'} took"
        )
    for each in health.promptless:
        one = each.responses == 1
        yield (
            f"  what {each.responses:,} response{'' if one else 's'} of {fmt.plain(each.title)}"
            f" {'was' if one else 'were'} asked: {'its' if one else 'their'} output alone is"
            f" recorded ({each.output:,} tokens)"
        )
    if health.roots:
        yield from _never_written(health)


def _never_written(health: Health) -> Iterator[str]:
    """Yield what no line of Claude Code's tells, and how much that may be."""
    yield (
        "  calls for titles, recaps and compaction: Claude Code writes no line for them, so"
        " nobody can count them"
    )
    own = health.own_figures
    if own is not None:
        yield (
            f"  Claude Code's own count of {own.sessions:,}"
            f" session{'' if own.sessions == 1 else 's'} is {fmt.dollars(own.theirs)}, with such"
            f" calls; ccmon counts {fmt.dollars(own.ours)} of the same"
        )


def _unread_lines(health: Health) -> Iterator[str]:
    for path, reason in health.refused:
        yield f"  {fmt.plain(path)}: {reason}"
    for bad in health.bad_files[:_BAD_FILES_SHOWN]:
        is_in_part = 1 < bad.lines < bad.records
        more = f"; {bad.lines - 1:,} more of its lines" if is_in_part else ""
        yield f"  {fmt.plain(bad.path)} at byte {bad.offset:,}: {bad.reason}{more}"
    if len(health.bad_files) > _BAD_FILES_SHOWN:
        yield f"  … more: ccmon doctor --json lists {len(health.bad_files)} files"
    if not health.refused and not health.bad_files:
        yield "  nothing: every line was read"


def _unpriced_lines(health: Health) -> Iterator[str]:
    if health.unpriced_models:
        names = ", ".join(fmt.plain(model) or "unknown" for model in health.unpriced_models)
        yield f"  no price is known for {names}: their tokens count, their cost does not"
