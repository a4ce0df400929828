"""What a provider billed beside what this machine counted, of the same UTC days."""

from __future__ import annotations

from msgspec import Struct

from engine.domain.provider_usage import Amount
from engine.domain.reports import Figures
from engine.domain.responses import Tokens


class Billed(Struct, frozen=True):
    """What the provider says; what it does not say is `None`, or no cost."""

    requests: int | None = None
    tokens: Tokens | None = None
    cost: tuple[Amount, ...] = ()


class BilledModel(Struct, frozen=True):
    """One model on both sides."""

    model: str
    """Empty for what the provider tells of no single model."""
    counted: Figures
    billed: Billed


class BilledProduct(Struct, frozen=True):
    """What was used through one product, such as `claude_code`."""

    product: str
    billed: Billed


class BillComparison(Struct, frozen=True, kw_only=True):
    """A provider's account and this machine's ledger side by side."""

    provider: str
    title: str
    since: str
    """First UTC day."""
    until: str
    """Last UTC day, which may go on."""
    counted: Figures
    billed: Billed
    by_model: tuple[BilledModel, ...]
    products: tuple[BilledProduct, ...]
    """None where the provider tells none."""
    notes: tuple[str, ...]
    """What explains the difference as far as it is known, a sentence each."""
