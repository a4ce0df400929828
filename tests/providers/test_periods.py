"""What a period comes to: the sum of its days, 0 where that is known, and else unknown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.provider_usage import (
    Amount,
    DayUse,
    ModelUse,
    ProviderUsage,
    Unsupported,
    period_of,
    summed,
)
from engine.domain.responses import Tokens

DAYS = [f"2026-11-{day:02}" for day in range(1, 23)]
_USES = st.builds(
    ModelUse,
    st.sampled_from(["a", "b"]),
    requests=st.none() | st.integers(0, 9),
    tokens=st.none() | st.builds(Tokens, st.integers(0, 99), st.integers(0, 99)),
    cost=st.lists(
        st.builds(Amount, st.sampled_from(["USD", "EUR", "CNY"]), st.integers(-50, 10**15)),
        max_size=2,
    ).map(tuple),
)
_MADE = st.dictionaries(st.sampled_from(DAYS), st.lists(_USES, max_size=3).map(tuple), max_size=9)


@given(_MADE)
def test_currencies_never_meet_and_sums_are_those_of_the_days(
    made: dict[str, tuple[ModelUse, ...]],
) -> None:
    days = tuple(DayUse(day, made[day]) for day in sorted(made))
    usage = ProviderUsage(since="2026-10-23", until="2026-11-22", days=days)
    month = period_of(usage, "month", "2026-11-01", "2026-11-22")
    for currency in ("USD", "EUR", "CNY"):
        said = [each.value for each in month.cost if each.currency == currency]
        slow = 0
        for parts in made.values():
            for part in parts:
                for amount in part.cost:
                    slow += amount.value if amount.currency == currency else 0
        assert sum(said) == slow
        assert len(said) <= 1
    known = [part.tokens.total for each in made.values() for part in each if part.tokens]
    if known:
        assert month.tokens is not None
        assert month.tokens.total == sum(known)


def _usage(**given: object) -> ProviderUsage:
    return ProviderUsage(**{"since": "2026-10-23", "until": "2026-11-22", **given})  # type: ignore[arg-type]


def test_nothing_used_is_0_only_where_the_provider_would_have_told() -> None:
    idle = period_of(_usage(), "today", "2026-11-22", "2026-11-22")
    assert (idle.requests, idle.tokens, idle.cost) == (0, Tokens(), (Amount("USD", 0),))
    lacks = (Unsupported("cost", "no", ""), Unsupported("usage", "no", ""))
    silent = period_of(_usage(unsupported=lacks), "today", "2026-11-22", "2026-11-22")
    assert (silent.requests, silent.tokens, silent.cost) == (None, None, ())


def test_a_day_that_was_not_asked_about_or_not_reached_yet_is_unknown() -> None:
    tomorrow = period_of(_usage(), "today", "2026-11-23", "2026-11-23")
    assert (tomorrow.requests, tomorrow.tokens, tomorrow.cost) == (None, None, ())
    of_yesterday = 1_795_300_000_000
    late = period_of(_usage(fresh_until=of_yesterday), "today", "2026-11-22", "2026-11-22")
    assert (late.requests, late.tokens, late.cost) == (None, None, ())
    before = period_of(_usage(), "month", "2026-10-01", "2026-10-31")
    assert before.cost == ()


def test_money_is_summed_by_currency_dollars_first() -> None:
    amounts = [Amount("EUR", 1), Amount("USD", 2), Amount("EUR", 3), Amount("CNY", -1)]
    assert summed(amounts) == (Amount("USD", 2), Amount("CNY", -1), Amount("EUR", 4))
