"""Sets what a provider billed beside what the ledger counted, and explains the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, timedelta

from msgspec.structs import replace

from engine.domain.billed import BillComparison, Billed, BilledModel, BilledProduct
from engine.domain.mistakes import SettingsError
from engine.domain.provider_usage import (
    USD,
    Capability,
    ModelUse,
    ProviderAccount,
    ProviderUsage,
    added_tokens,
    summed,
)
from engine.domain.questions import Question, Selection
from engine.domain.reports import Figures
from engine.domain.responses import Tokens
from engine.domain.times import day_of, iso_time
from engine.domain.typed.days import PERIODS, parse_period
from engine.pricing.match import canonical
from engine.providers.accounts import Accounts
from engine.reports.queries.answers import Answers

_MOST_DAYS = 31
_NAMES: dict[str, tuple[str, ...]] = {
    "anthropic": ("claude-",),
    "openai": ("gpt-", "o1", "o3", "o4", "codex-", "chatgpt-", "text-embedding-"),
}
"""How models of a provider begin, so that those it told nothing of are set beside it too."""
_NEAR = 0.02
"""A difference below this share is none worth a sentence."""


def compare_bill(
    accounts: Accounts,
    answers: Answers,
    provider: str,
    period: str,
    selection: Selection,
    now: int,
) -> BillComparison:
    """Ask a provider about a period, and set it beside what the ledger has of these UTC days.

    `answers` count in UTC. Raises `SettingsError` for what is no period, and for whatever keeps
    the provider from answering.
    """
    account = accounts.one(provider)
    since, until = _days_of(account, period, now)
    usage = _asked(lambda *span: accounts.days_between(provider, *span), since, until)
    missing = {each.capability: each.reason for each in usage.unsupported}
    if not usage.days and missing.keys() >= {"usage", "cost"}:
        raise SettingsError(f"{account.title} tells no use by day: {missing['usage']}.")
    asked = replace(selection, since=since, until=until)
    answer = answers.answer(Question(kind="models", selection=asked))
    counted = [(row.row.figures.models[0], row.row.figures) for row in answer.rows
               if row.row.figures.models]  # fmt: skip
    parts = [part for day in usage.days for part in day.parts]
    by_model = tuple(_by_model(provider, counted, parts))
    total = _together(each.counted for each in by_model)
    made = BillComparison(
        provider=provider,
        title=account.title,
        since=since.isoformat(),
        until=until.isoformat(),
        counted=total,
        billed=_billed(parts),
        by_model=by_model,
        products=tuple(_by_product(parts)),
        notes=(),
    )
    return replace(made, notes=tuple(_notes(made, usage, missing)))


def _days_of(account: ProviderAccount, period: str, now: int) -> tuple[date, date]:
    """Return the first and the last UTC day of a period, as far as it has gone."""
    if not {"usage", "cost"} & set(account.capabilities):
        raise SettingsError(f"{account.title} tells no use by day: see {account.where}.")
    today = day_of(now, UTC)
    days = parse_period(period, today, 0)
    if days is None:
        raise SettingsError(f"'{period}' is not a period: give {PERIODS}.")
    since, until = days.since, min(days.until, today)
    if since > until:
        raise SettingsError(f"The period '{period}' has not begun.")
    return since, until


def _asked(ask: Callable[[date, date], ProviderUsage], since: date, until: date) -> ProviderUsage:
    """Return all days of a range, asked for a month at once."""
    found: list[ProviderUsage] = []
    first = since
    while first <= until:
        last = min(first + timedelta(days=_MOST_DAYS - 1), until)
        found.append(ask(first, last))
        first = last + timedelta(days=1)
    return replace(found[-1], days=tuple(day for each in found for day in each.days))


def _name(model: str) -> str:
    """Return the shortest name that a model is looked up by: without vendor, date and mode."""
    names = canonical(model)
    return names[-1] if names else ""


def _by_model(
    provider: str, counted: Iterable[tuple[str, Figures]], parts: Iterable[ModelUse]
) -> Iterator[BilledModel]:
    """Yield each model of either side, what is dearest first; of ours those of this provider."""
    theirs: dict[str, list[ModelUse]] = {}
    for part in parts:
        theirs.setdefault(_name(part.model), []).append(part)
    ours: dict[str, list[Figures]] = {}
    for model, figures in counted:
        name = _name(model)
        if name in theirs or name.startswith(_NAMES.get(provider, ("\0",))):
            ours.setdefault(name, []).append(figures)
    rows = [
        BilledModel(name, _together(ours.get(name, ())), _billed(theirs.get(name, ())))
        for name in ours | theirs
    ]
    rows.sort(key=lambda row: (-max(row.counted.cost, _dollars(row.billed) or 0), row.model))
    yield from rows


def _by_product(parts: Iterable[ModelUse]) -> Iterator[BilledProduct]:
    products: dict[str, list[ModelUse]] = {}
    for part in parts:
        if part.product:
            products.setdefault(part.product, []).append(part)
    for name in sorted(products):
        yield BilledProduct(name, _billed(products[name]))


def _billed(parts: Iterable[ModelUse]) -> Billed:
    listed = list(parts)
    requests = [part.requests for part in listed if part.requests is not None]
    return Billed(
        sum(requests) if requests else None,
        added_tokens(part.tokens for part in listed),
        summed(amount for part in listed for amount in part.cost),
    )


def _together(several: Iterable[Figures]) -> Figures:
    listed = list(several)
    return Figures(
        responses=sum(each.responses for each in listed),
        tokens=added_tokens(each.tokens for each in listed) or Tokens(),
        cost=sum(each.cost for each in listed),
        unpriced=tuple(sorted({name for each in listed for name in each.unpriced})),
    )


def _dollars(billed: Billed) -> int | None:
    return next((each.value for each in billed.cost if each.currency == USD), None)


def _notes(
    made: BillComparison, usage: ProviderUsage, missing: Mapping[Capability, str]
) -> Iterator[str]:
    """Yield what explains the difference, as far as the figures show it."""
    title, theirs, ours = made.title, made.billed.tokens, made.counted.tokens.total
    difference = None if theirs is None else theirs.total - ours
    is_near = difference is not None and abs(difference) <= _NEAR * max(ours, 1)
    if difference is not None and difference > 0 and not is_near:
        yield (
            f"{title} tells of {difference:,} more tokens than this machine counted: other"
            " machines and people of the account, other programs, or sessions that are not on"
            " this machine."
        )
    others = [each.product for each in made.products if each.product != "claude_code"]
    if others:
        yield f"Part of it is of other products than Claude Code: {', '.join(others)}."
    if difference is not None and difference < 0 and not is_near:
        yield (
            f"This machine counted {-difference:,} more tokens than {title} tells of: use within a"
            " plan is billed by the month and not in it, nor is use through other accounts."
        )
    spent = _dollars(made.billed)
    if is_near and spent is not None and made.counted.cost:
        change = spent / made.counted.cost - 1
        if abs(change) > _NEAR:
            word = "less" if change < 0 else "more"
            yield (
                f"For the same tokens {title} bills {abs(change):.0%} {word} than list prices:"
                " discounts, another tier, or what is billed beside tokens."
            )
    told: tuple[Capability, ...] = ("usage", "cost")
    for capability in told:
        if capability in missing:
            yield f"{title} tells no {capability}: {missing[capability]}."
    if usage.fresh_until is not None:
        yield f"Its figures are complete up to {iso_time(usage.fresh_until)[:16]} UTC."
    if any(each.currency != USD for each in made.billed.cost):
        yield "Other currencies than dollars are shown as they are, and not compared."
