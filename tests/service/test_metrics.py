"""What Prometheus is told: read by its own parser, and never lower than it was."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from engine.service.metrics import Counters, Labels, Metric, _labels_of, _series
from tests.conftest import NOW
from tests.made_lines import HOUR, MINUTE, answer, write
from tests.service.served import Served, made_settings, serving


def _told(server: Served) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    reply = server.ask("/metrics")
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(reply.body.decode())
        for sample in family.samples
    }


def test_its_sums_are_those_of_the_reports(served: Served) -> None:
    told = _told(served)
    totals = served.get("/models")["totals"]
    for name in ("ccmon_tokens", "ccmon_tokens_total"):
        assert _sum(told, name) == totals["totalTokens"]
    assert abs(_sum(told, "ccmon_cost_usd") - totals["totalCost"]) < 1e-9
    live = served.get("/live")
    assert told["ccmon_block_cost_usd", frozenset()] == live["block"]["costUSD"]


def test_no_series_names_a_session_or_a_path(served: Served) -> None:
    text = served.ask("/metrics").body.decode()
    for word in ("s1", "s2", "-code-app", "/code", "shop"):
        assert word not in text
    keys = {key for _, labels in _told(served) for key, _ in labels}
    assert keys <= {"agent", "model", "type", "window", "account", "source", "version"}


def test_the_token_is_needed(served: Served) -> None:
    assert served.ask("/metrics", headers={}).status == 401


def test_a_restart_a_deleted_transcript_and_fewer_roots_never_lower_a_counter(
    tmp_path: Path,
) -> None:
    ledger = str(tmp_path / "ledger.db")
    root, other = tmp_path / ".claude", tmp_path / "other"
    path = write(root, answer("a", NOW - HOUR, 1_000), answer("b", NOW - MINUTE, 10))
    write(other, answer("c", NOW - MINUTE, 500, model="claude-haiku-5", session="s3"))
    of_both = made_settings(tmp_path, ledger=ledger, roots=(root, other))
    with serving(of_both) as server:
        before = _told(server)
    path.unlink()
    for roots in ((root, other), (root,)):
        with serving(made_settings(tmp_path, ledger=ledger, roots=roots)) as server:
            after = _told(server)
        for series, value in before.items():
            if series[0].endswith("_total"):
                assert after[series] >= value
    assert _sum(after, "ccmon_tokens") == 1_010
    fresh = made_settings(tmp_path, ledger=str(tmp_path / "new.db"), roots=(other,))
    with serving(fresh) as server:
        assert _sum(_told(server), "ccmon_tokens_total") == 500


def _sum(told: Mapping[tuple[str, frozenset[tuple[str, str]]], float], name: str) -> float:
    return sum(value for (each, _), value in told.items() if each == name)


_BREAKS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""What Python's own parser takes for the end of a line, where the format has `\\n` alone."""
_LABELS = st.dictionaries(
    st.sampled_from(["agent", "model", "type"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=_BREAKS)),
    min_size=1,
).map(lambda found: tuple(found.items()))


@given(_LABELS)
def test_a_series_is_read_as_it_was_written(labels: Labels) -> None:
    written = _series("name", labels)
    assert _labels_of(written) == labels
    (family,) = text_string_to_metric_families(f"# TYPE name gauge\n{written} 1\n")
    assert family.samples[0].labels == dict(labels)


@settings(max_examples=50)
@given(st.lists(st.dictionaries(_LABELS, st.floats(0, 1e18), max_size=3), max_size=6))
def test_a_counter_is_the_highest_that_was_told(times: list[dict[Labels, float]]) -> None:
    counters = Counters(None, "ledger")
    highest: dict[Labels, float] = {}
    for samples in times:
        (told,) = counters.raised([Metric("name", "counter", "", list(samples.items()))])
        for labels, value in samples.items():
            highest[labels] = max(value, highest.get(labels, 0.0))
        assert dict(told.samples) == highest


def test_the_dashboard_asks_for_what_there_is(served: Served) -> None:
    dashboard = served.ask("/web/grafana.json", headers={}).document
    asked = set(
        re.findall(r"ccmon_\w+", json.dumps([each["targets"] for each in dashboard["panels"]]))
    )
    told = {name for name, _ in _told(served)} | {"ccmon_limit_reached_timestamp_seconds"}
    assert asked <= told
    assert len(asked) > 5


def test_marks_that_are_damaged_are_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "marks.json"
    path.write_text("{")
    metric = Metric("name", "counter", "", [((("agent", "claude"),), 3.0)])
    Counters(path, "ledger").raised([metric])
    (told,) = Counters(path, "ledger").raised([metric._replace(samples=[])])
    assert told.samples == [((("agent", "claude"),), 3.0)]
    (other,) = Counters(path, "another ledger").raised([metric._replace(samples=[])])
    assert other.samples == []
