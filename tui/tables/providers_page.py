"""Providers: one row each, and below it what one should know of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.domain.provider_usage import ProviderAccount
from tui.tables.layout import Across, Cell, Column, Table, TableLine, TableRow, draw
from tui.tables.look import Look
from tui.tables.title import title_line
from tui.words.format import plain
from tui.words.limits import when
from tui.words.lines import BLANK, Line, footnotes, line, paragraph, text_of
from tui.words.providers import (
    UNKNOWN,
    amount_text,
    balance_text,
    limit_text,
    money_text,
    state_text,
    use_text,
)
from tui.words.spark import standing_bars
from tui.words.widths import Step

_COLUMNS = (
    Column(name="provider", title="Provider", kind="text", align="left", least=10, tight=8),
    Column(name="today", title="Today", style="bold"),
    Column(name="month", title="This month", short_title="Month", style="bold"),
    Column(name="tokens", title="Tokens"),
    Column(name="balance", title="Balance"),
    Column(name="course", title="30 days", short_title="10 days", align="left", style="cyan"),
    Column(name="state", title="State", align="left"),
)
_STEPS = (
    Step(is_short=True),
    Step(is_tight=True),
    Step(drop=("course",)),
    Step(drop=("tokens",)),
    Step(drop=("balance",)),
)
_INDENT = "  "
HOW_TO = (
    "No provider is enabled, so none is asked: ccmon providers set NAME keeps a key for ccmon,"
    " ccmon providers enable NAME takes the environment's; ccmon providers list names all."
)


def providers_lines(accounts: Sequence[ProviderAccount], now: int, look: Look) -> list[Line]:
    """Return the page of what providers say; their days are UTC days."""
    lines: list[Line] = [title_line("Providers", ["days in UTC"], look.width), BLANK]
    if not accounts:
        return [*lines, *paragraph(HOW_TO, look.width, "plain")]
    rows: list[TableLine] = []
    for account in accounts:
        rows.append(_row(account, now))
        for note in _notes(account, now, look.zone):
            for part in paragraph(note, max(1, look.width - len(_INDENT))):
                rows.append(Across(f"{_INDENT}{text_of(part)}", "dim"))
    table = draw(Table(columns=_COLUMNS, lines=rows, steps=_STEPS), look.width)
    has_unknown = any(account.usage is not None for account in accounts)
    note = f"{UNKNOWN} is not told by the provider; costs are what it says, by currency"
    return [*lines, *table, *footnotes([note] if has_unknown else [], look.width)]


def list_lines(accounts: Sequence[ProviderAccount], look: Look) -> list[Line]:
    """Return every provider with what it can tell, and the key that is in force or offered."""
    lines: list[Line] = [title_line("Providers", [], look.width), BLANK]
    size = max(len(each.id) for each in accounts) + 2
    for each in accounts:
        told = ", ".join(name.replace("_", " ") for name in each.capabilities)
        lines += _hanging(f"{each.id:<{size}}", f"{plain(each.title)}: {told}", look.width)
        lines += _hanging(" " * size, _key_text(each), look.width)
    return lines


def _hanging(head: str, text: str, width: int) -> Iterator[Line]:
    for place, row in enumerate(paragraph(text, max(1, width - len(head)), "plain")):
        yield (*line(" " * len(head) if place else head, "bold"), *row)


def _key_text(account: ProviderAccount) -> str:
    key = account.key
    named = f"key {key.hint} of {plain(key.source)}" if key is not None else "no key"
    if account.is_enabled:
        return f"enabled, {named}"
    return f"off, offered: {named}" if key is not None else "off, no key"


def _row(account: ProviderAccount, now: int) -> TableRow:
    today, month = (
        UNKNOWN if period is None else money_text(period.cost)
        for period in (account.today, account.month)
    )
    known = [each or 0 for each in account.course]
    course = standing_bars(known, max(known), 1)[0] if any(known) else ""
    style = "" if account.state in ("ok", "unasked") else "yellow"
    return TableRow(
        {
            "provider": Cell(plain(account.title), style="bold"),
            "today": Cell(today),
            "month": Cell(month),
            "tokens": Cell(use_text(account)),
            "balance": Cell(balance_text(account)),
            "course": Cell(course, course[-10:]),
            "state": Cell(state_text(account, now), style=style),
        }
    )


def _notes(account: ProviderAccount, now: int, zone: str) -> Iterator[str]:
    """Yield what stands below a provider's row."""
    if account.sentence:
        until = account.retry_at
        again = (
            "" if until is None else f" It is asked again {when(until, now, zone)} at the earliest."
        )
        yield account.sentence + again
    usage = account.usage
    if usage is None:
        return
    if usage.plan:
        yield f"plan {usage.plan}"
    for limit in usage.limits:
        yield limit_text(limit)
    parts = [each for each in usage.balances if each.name != "balance"]
    if len(usage.balances) > 1 and parts:
        yield ", ".join(f"{each.name} {amount_text(each.amount)}" for each in parts)
    by_reason: dict[str, list[str]] = {}
    for lack in usage.unsupported:
        by_reason.setdefault(lack.reason, []).append(lack.capability.replace("_", " "))
    for reason, names in by_reason.items():
        yield f"no {', '.join(names)}: {reason}"
    if by_reason:
        yield f"see {account.where}"
