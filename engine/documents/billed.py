"""A provider's bill beside what was counted, as `ccmon compare --provider --json` prints it."""

from __future__ import annotations

from msgspec import Struct

from engine.documents.encoding import dollars
from engine.documents.provider_periods import MoneyDocument, TokensDocument, costs_of, tokens_of
from engine.domain.billed import BillComparison, Billed
from engine.domain.reports import Figures


class CountedDocument(Struct, frozen=True):
    """What this machine counted, by list prices."""

    responses: int
    tokens: TokensDocument | None
    cost_usd: float
    unpriced_models: list[str]


class BilledDocument(Struct, frozen=True):
    """What the provider says."""

    requests: int | None
    tokens: TokensDocument | None
    costs: list[MoneyDocument]


class BilledModelDocument(Struct, frozen=True):
    """One model on both sides."""

    model: str | None
    counted: CountedDocument
    billed: BilledDocument


class BilledProductDocument(Struct, frozen=True):
    """One product, as the provider tells it."""

    product: str
    billed: BilledDocument


class BillDocument(Struct, frozen=True, kw_only=True):
    """Both sides of some UTC days."""

    provider_id: str
    provider_name: str
    since: str
    until: str
    counted: CountedDocument
    billed: BilledDocument
    models: list[BilledModelDocument]
    products: list[BilledProductDocument]
    notes: list[str]


def bill_document(comparison: BillComparison) -> BillDocument:
    """Return the comparison as the document that scripts read."""
    return BillDocument(
        provider_id=comparison.provider,
        provider_name=comparison.title,
        since=comparison.since,
        until=comparison.until,
        counted=_counted(comparison.counted),
        billed=_billed(comparison.billed),
        models=[
            BilledModelDocument(each.model or None, _counted(each.counted), _billed(each.billed))
            for each in comparison.by_model
        ],
        products=[
            BilledProductDocument(each.product, _billed(each.billed))
            for each in comparison.products
        ],
        notes=list(comparison.notes),
    )


def _counted(figures: Figures) -> CountedDocument:
    return CountedDocument(
        figures.responses,
        tokens_of(figures.tokens),
        dollars(figures.cost),
        list(figures.unpriced),
    )


def _billed(billed: Billed) -> BilledDocument:
    return BilledDocument(billed.requests, tokens_of(billed.tokens), costs_of(billed.cost))
