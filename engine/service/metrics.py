"""Figures for Prometheus, in its text format (0.0.4).

Sums of a ledger may fall: a response is found again with fewer tokens, roots are left out. So
`…_total` are the highest that was ever told of a series, kept across restarts, and the exact sums
stand beside them as gauges. No series bears a session, a project or a path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from engine.documents.encoding import dollars
from engine.domain.files import read_regular, write_whole
from engine.domain.limit_windows import WindowNow
from engine.domain.questions import Question
from engine.domain.responses import Tokens
from engine.domain.snapshots import Snapshot
from engine.domain.times import SECOND
from engine.monitor import Monitor

MEDIA_TYPE = "text/plain; version=0.0.4"

_KINDS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")

Labels = tuple[tuple[str, str], ...]
Sample = tuple[Labels, float]


class Metric(NamedTuple):
    """One metric with all its series."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    samples: Sequence[Sample]


class Marks(Struct, frozen=True):
    """The highest that was told of each counter's series, of one ledger."""

    ledger: str
    highest: dict[str, float] = {}


class Counters:
    """Holds counters at their highest, in a file that outlasts the process."""

    def __init__(self, path: Path | None, ledger: str) -> None:
        """Begin with what the file says of this ledger; without a path nothing is kept."""
        self._path = path
        self._lock = Lock()
        self._marks = Marks(ledger)
        with suppress(OSError, msgspec.DecodeError):
            if path is not None:
                found = msgspec.json.decode(read_regular(path), type=Marks)
                self._marks = found if found.ledger == ledger else self._marks

    def raised(self, metrics: Iterable[Metric]) -> list[Metric]:
        """Return metrics, their counters never lower than they were, and none of them gone."""
        with self._lock:
            before = dict(self._marks.highest)
            made = [self._raised(each) if each.kind == "counter" else each for each in metrics]
            if self._marks.highest != before and self._path is not None:
                with suppress(OSError):
                    write_whole(self._path, msgspec.json.encode(self._marks))
            return made

    def _raised(self, metric: Metric) -> Metric:
        highest = self._marks.highest
        for labels, value in metric.samples:
            name = _series(metric.name, labels)
            highest[name] = max(value, highest.get(name, 0.0))
        known = {_series(metric.name, labels): labels for labels, _ in metric.samples}
        for name in highest:
            if name.startswith(f"{metric.name}{{") and name not in known:
                known[name] = _labels_of(name)
        samples = [(labels, highest[name]) for name, labels in sorted(known.items())]
        return metric._replace(samples=samples)


def exposition(monitor: Monitor, version: str, counters: Counters) -> bytes:
    """Return everything that Prometheus is told."""
    rows = monitor.answers.answer(Question(kind="models")).rows
    by_model: dict[Labels, tuple[Tokens, int, int]] = {}
    for each in rows:
        figures = each.row.figures
        agent, model = next(iter(figures.agents), ""), next(iter(figures.models), "")
        labels = (("agent", agent), ("model", model or "unknown"))
        tokens, cost, responses = by_model.get(labels, (Tokens(), 0, 0))
        by_model[labels] = (
            _sum(tokens, figures.tokens),
            cost + figures.cost,
            responses + figures.responses,
        )
    snapshot = monitor.snapshot()
    metrics = [*_used(by_model), *_now(snapshot, version)]
    return "".join(_written(counters.raised(metrics))).encode("utf-8", "replace")


def _used(by_model: Mapping[Labels, tuple[Tokens, int, int]]) -> Iterator[Metric]:
    tokens = [
        ((*labels, ("type", kind)), float(getattr(counts, kind)))
        for labels, (counts, _, _) in by_model.items()
        for kind in _KINDS
    ]
    costs = [(labels, dollars(cost)) for labels, (_, cost, _) in by_model.items()]
    responses = [(labels, float(count)) for labels, (_, _, count) in by_model.items()]
    yield Metric("ccmon_tokens_total", "counter", "Tokens used, the highest told.", tokens)
    yield Metric("ccmon_cost_usd_total", "counter", "US dollars used, the highest told.", costs)
    yield Metric("ccmon_responses_total", "counter", "Responses, the highest told.", responses)
    yield Metric("ccmon_tokens", "gauge", "Tokens used, exactly.", tokens)
    yield Metric("ccmon_cost_usd", "gauge", "US dollars used, exactly.", costs)
    yield Metric("ccmon_responses", "gauge", "Responses, exactly.", responses)


def _now(snapshot: Snapshot, version: str) -> Iterator[Metric]:
    windows = snapshot.windows
    used = [(_window(each), each.used_share) for each in windows if each.used_share is not None]
    ends = [(_window(each), each.resets_at / SECOND) for each in windows if each.resets_at]
    reached = [
        (_window(each), each.forecast.reaches_at / SECOND)
        for each in windows
        if each.forecast.reaches_at
    ]
    rate, block = snapshot.burn_rate, snapshot.block
    yield Metric("ccmon_limit_used_ratio", "gauge", "Used share of a limit.", used)
    yield Metric("ccmon_limit_reset_timestamp_seconds", "gauge", "When a limit is reset.", ends)
    yield Metric(
        "ccmon_limit_reached_timestamp_seconds", "gauge", "When a limit will be reached.", reached
    )
    yield _gauge(
        "ccmon_block_burn_usd_per_hour", "The recent burn rate.", dollars(rate.cost_per_hour)
    )
    yield _gauge(
        "ccmon_block_tokens_per_minute", "The recent burn rate in tokens.", rate.tokens_per_minute
    )
    block_cost = dollars(block.figures.cost) if block is not None else 0.0
    yield _gauge("ccmon_block_cost_usd", "Cost of the active block.", block_cost)
    last = snapshot.last_response
    if last is not None:
        yield _gauge(
            "ccmon_last_response_timestamp_seconds", "When the newest response came.", last / SECOND
        )
    labels = (("version", version),)
    yield Metric("ccmon_build_info", "gauge", "The version that runs.", [(labels, 1.0)])


def _window(window: WindowNow) -> Labels:
    """Return what names a window; what an account is called only where there are several."""
    return (
        ("window", window.window),
        ("account", window.owner_name),
        ("source", window.source),
    )


def _gauge(name: str, help: str, value: float) -> Metric:
    return Metric(name, "gauge", help, [((), value)])


def _sum(left: Tokens, right: Tokens) -> Tokens:
    return Tokens(*(getattr(left, kind) + getattr(right, kind) for kind in _KINDS))


def _written(metrics: Iterable[Metric]) -> Iterator[str]:
    for metric in metrics:
        if metric.samples:
            yield f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} {metric.kind}\n"
            for labels, value in metric.samples:
                yield f"{_series(metric.name, labels)} {_number(value)}\n"


def _series(name: str, labels: Labels) -> str:
    if not labels:
        return name
    pairs = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels)
    return f"{name}{{{pairs}}}"


def _labels_of(series: str) -> Labels:
    """Return the labels that a series was written with."""
    inside = series.partition("{")[2].removesuffix("}")
    found: list[tuple[str, str]] = []
    while inside:
        key, _, rest = inside.partition('="')
        end = 0
        while rest[end] != '"':
            end += 2 if rest[end] == "\\" else 1
        found.append((key, _plain(rest[:end])))
        inside = rest[end + 1 :].removeprefix(",")
    return tuple(found)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _plain(text: str) -> str:
    pieces = (piece.replace("\\n", "\n").replace('\\"', '"') for piece in text.split("\\\\"))
    return "\\".join(pieces)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1 << 53 else repr(value)
