"""A tally: sums of responses by model, and the figures it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce

from msgspec.structs import replace

from engine.domain.reports import Figures, Part
from engine.domain.responses import Tokens
from engine.domain.sums import Sums, added
from engine.ledger.names import ModelNames


class Tally:
    """Sums of a set of responses, apart by model; grows by adding."""

    __slots__ = ("by_model",)

    def __init__(self) -> None:
        self.by_model: dict[int, Sums] = {}

    def add(self, model: int, sums: Sums) -> None:
        """Add sums of one model; sums of no response change nothing."""
        if sums.responses == 0:
            return
        known = self.by_model.get(model)
        self.by_model[model] = sums if known is None else added(known, sums)

    def add_all(self, by_model: Mapping[int, Sums]) -> None:
        """Add sums of several models."""
        for model, sums in by_model.items():
            self.add(model, sums)

    @property
    def responses(self) -> int:
        """Number of responses."""
        return sum(sums.responses for sums in self.by_model.values())

    @property
    def tokens(self) -> int:
        """Tokens of all kinds."""
        return sum(sum(sums[2:7]) for sums in self.by_model.values())

    @property
    def cost(self) -> int:
        """Cost as far as it is known, in pico-dollars."""
        return sum(sums.cost for sums in self.by_model.values())

    def figures(self, name: ModelNames) -> Figures:
        """Return what the tally sums to."""
        return _figures(self.by_model, name)

    def parts(self, name: ModelNames) -> tuple[Part, ...]:
        """Return the models' parts, most expensive first; of several agents a model's is one."""
        return _models(self.by_model, name)

    def agent_parts(self, name: ModelNames) -> tuple[Part, ...]:
        """Return the agents' parts, the most expensive first; of several each with its models."""
        groups = _grouped(self.by_model, name.agent)
        parts = shares({agent: _figures(rows, name) for agent, rows in groups.items()})
        if len(parts) < 2:
            return parts
        return tuple(replace(part, parts=_models(groups[part.name], name)) for part in parts)

    def machine_parts(self, name: ModelNames) -> tuple[Part, ...]:
        """Return the machines' parts with models, most expensive first; none of one alone."""
        return _others(self.by_model, name, name.machine)

    def person_parts(self, name: ModelNames) -> tuple[Part, ...]:
        """Return people's parts with their models, the most expensive first; none of one alone."""
        return _others(self.by_model, name, name.person)


def _others(
    rows: Mapping[int, Sums], name: ModelNames, called: Callable[[int], str]
) -> tuple[Part, ...]:
    if not name.has_machines:
        return ()
    groups = _grouped(rows, called)
    if not any(groups):
        return ()
    parts = shares({each: _figures(own, name) for each, own in groups.items()})
    return tuple(replace(part, parts=_models(groups[part.name], name)) for part in parts)


def _models(rows: Mapping[int, Sums], name: ModelNames) -> tuple[Part, ...]:
    """Return the parts of models by name, the most expensive first."""
    groups = _grouped(rows, name)
    return shares({each: _figures(own, name) for each, own in groups.items()})


def _grouped(rows: Mapping[int, Sums], called: Callable[[int], str]) -> dict[str, dict[int, Sums]]:
    groups: dict[str, dict[int, Sums]] = {}
    for model, sums in rows.items():
        groups.setdefault(called(model), {})[model] = sums
    return groups


def _figures(rows: Mapping[int, Sums], name: ModelNames) -> Figures:
    """Return what the sums of some models stand for."""
    if len(rows) == 1:
        ((model, sums),) = rows.items()
        return _figures_of(model, name, sums)
    if not rows:
        return Figures()
    whole = reduce(added, rows.values())
    in_order = sorted(rows, key=lambda model: (rows[model].first, name(model)))
    return Figures(
        responses=whole.responses,
        tokens=Tokens(*whole[2:7]),
        cost=whole.cost,
        models=_once(name(model) for model in in_order),
        unpriced=_once(sorted(name(model) for model in rows if rows[model].unpriced)),
        first=whole.first,
        last=whole.last,
        agents=_once(name.agent(model) for model in in_order),
        machines=_of_machines(in_order, name, name.machine),
        people=_of_machines(in_order, name, name.person),
        reasoning=whole.reasoning,
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _of_machines(
    models: Iterable[int], name: ModelNames, called: Callable[[int], str]
) -> tuple[str, ...]:
    """Return what the machines of some models, or who works on them, are called."""
    return _once(filter(None, map(called, models))) if name.has_machines else ()


def _figures_of(number: int, name: ModelNames, sums: Sums) -> Figures:
    """Return what the sums of one model stand for."""
    models = (name(number),)
    return Figures(
        responses=sums.responses,
        tokens=Tokens(*sums[2:7]),
        cost=sums.cost,
        models=models,
        unpriced=models if sums.unpriced else (),
        first=sums.first,
        last=sums.last,
        agents=(name.agent(number),),
        machines=_of_machines((number,), name, name.machine),
        people=_of_machines((number,), name, name.person),
        reasoning=sums.reasoning,
    )


def shares(parts: Mapping[str, Figures]) -> tuple[Part, ...]:
    """Return named figures with their shares of the whole, the most expensive first."""
    tokens = sum(figures.tokens.total for figures in parts.values())
    cost = sum(figures.cost for figures in parts.values())
    return tuple(
        Part(
            name=name,
            figures=figures,
            token_share=share(figures.tokens.total, tokens),
            cost_share=share(figures.cost, cost),
        )
        for name, figures in sorted(
            parts.items(),
            key=lambda item: (-item[1].cost, -item[1].tokens.total, item[0]),
        )
    )


def share(part: int, whole: int) -> float:
    """Return a part of a whole, 0.0 where there is no whole."""
    return part / whole if whole > 0 else 0.0
