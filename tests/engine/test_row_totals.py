import pytest

from engine.domain.reports import Figures, Row
from engine.domain.responses import Tokens
from engine.domain.totals import total_of


def one(number: int, models: tuple[str, ...], unpriced: tuple[str, ...] = ()) -> Row:
    tokens = Tokens(number, 2 * number, 3 * number, 4 * number, 5 * number)
    figures = Figures(number, tokens, 10**12 * number + 1, models, unpriced, number, number + 10)
    return Row(str(number), "", figures, cost_share=0.1, token_share=0.2, projects=(f"p{number}",))


def test_totals_are_exact_sums_and_unions():
    rows = [one(3, ("c", "a"), ("c",)), one(1, ("a", "b"), ("b",)), one(2, ("b",))]
    total = total_of(rows)
    assert total.figures == Figures(
        responses=6,
        tokens=Tokens(6, 12, 18, 24, 30),
        cost=6 * 10**12 + 3,
        models=("a", "b", "c"),
        unpriced=("b", "c"),
        first=1,
        last=13,
    )
    assert total.projects == ("p3", "p1", "p2")
    assert (total.cost_share, total.token_share) == pytest.approx((0.3, 0.6))


def test_nothing_sums_to_nothing_and_gaps_add_nothing():
    gap = Row("g", "", Figures(), 0.0, 0.0, is_gap=True)
    assert total_of([]).figures == total_of([gap]).figures == Figures()
