"""What is answered: the documents of the command line, with its questions, kept and tagged."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.documents.encoding import encode
from engine.domain.model_labels import short_model
from engine.domain.report_definitions import REPORTS
from engine.service.endpoint import API
from engine.service.endpoints import ENDPOINTS
from tests.conftest import NOW
from tests.made_lines import HOUR, MINUTE, OPUS, Clock, answer, write
from tests.patience import PATIENCE
from tests.service.conftest import write_user
from tests.service.served import TRUSTED, Served, made_settings, serving
from tui.cli import main

REPORT_NAMES = [report.key for report in REPORTS]
QUERIES = {
    "daily": ("since=7d&top=3", "last=2", "instances&project=shop", "no-cost&order=desc"),
    "blocks": ("active", "recent=true&token-limit=max", "session-length=2.5"),
    "session": ("last=1", "model=opus&by-agent"),
    "weekly": ("start-of-week=sunday&timezone=Asia/Tokyo",),
    "projects": ("sort=name&agent=claude,codex",),
}
ASKED = [(name, query) for name in REPORT_NAMES for query in ("", *QUERIES.get(name, ()))]


def _words(query: str) -> list[str]:
    return [f"--{part}".removesuffix("=true") for part in query.split("&") if part]


@pytest.fixture
def at_rest(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line's clock stand where the server's does."""
    monkeypatch.setattr("engine.domain.settings.system_clock", lambda: NOW)
    monkeypatch.setattr(time, "time_ns", lambda: NOW * 1_000_000)


@pytest.mark.parametrize(("name", "query"), ASKED)
def test_a_report_is_what_the_command_line_prints_of_it(
    served: Served,
    name: str,
    query: str,
    at_rest: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = served.service.source.monitor.settings.home
    words = [name, "--json", f"--config-dir={home / '.claude'}", "--ledger=:memory:", "--offline"]
    zone = [] if "timezone" in query else ["--timezone=UTC"]
    assert main([*words, *zone, *_words(query)]) == 0
    told = served.get(f"/{name}?{query}")
    assert told == json.loads(capsys.readouterr().out)
    assert told["totals"] or "project" in query


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.name)
def test_every_answer_is_of_the_type_that_its_schema_is_made_of(
    served: Served, endpoint: Any
) -> None:
    path = endpoint.path.replace("{id}", "s1").replace("{provider}", "openai")
    query = "?left=today&right=yesterday" if endpoint.name == "compare" else ""
    reply = served.ask(f"{API}{path}{query}")
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"] == "application/json"
    document = msgspec.json.decode(reply.body, type=endpoint.document, strict=True)
    assert json.loads(encode(document)) == reply.document


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/agents", ["agents"]),
        ("/limits", ["limits"]),
        ("/events?last=3", ["events", "--last=3"]),
        ("/calendar?year=2026&by=tokens", ["graph", "--year=2026", "--by=tokens"]),
        ("/compare?left=this-week&right=last-week", ["compare", "this-week", "last-week"]),
        ("/summary", ["summary"]),
        ("/sessions/s2", ["session", "--id=s2"]),
    ],
)
def test_what_is_no_report_is_the_command_lines_too(
    served: Served,
    path: str,
    words: list[str],
    at_rest: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = served.service.source.monitor.settings.home
    places = [
        f"--config-dir={home / '.claude'}",
        "--ledger=:memory:",
        "--offline",
        "--timezone=UTC",
    ]
    assert main([*words, "--json", *places]) == 0
    told, printed = served.get(path), json.loads(capsys.readouterr().out)
    for key in ("events", "generatedAt"):  # an event is told once, by who follows
        told.pop(key, None), printed.pop(key, None)
    assert told == printed


def test_agents_that_were_not_found_are_told_where_that_is_asked(served: Served) -> None:
    found, every = (served.get(path)["agents"] for path in ("/agents", "/agents?all"))
    assert [each["agent"] for each in found] == ["claude"]
    assert len(every) > 20


def test_live_is_what_the_command_line_prints(
    served: Served, at_rest: None, capsys: pytest.CaptureFixture[str]
) -> None:
    home = served.service.source.monitor.settings.home
    words = ["live", "--json", f"--config-dir={home / '.claude'}", "--ledger=:memory:"]
    assert main([*words, "--offline", "--timezone=UTC"]) == 0
    told, printed = served.get("/live"), json.loads(capsys.readouterr().out)
    assert {**told, "events": []} == {**printed, "events": []}


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/daily?sinc=7d", "There is no parameter 'sinc': did you mean 'since'?"),
        ("/daily?since=soon", "'soon' is not a day"),
        ("/daily?since=today&until=yesterday", "swap them"),
        ("/daily?last=0", "'0' is not a number of 1 or more."),
        ("/daily?last=1&last=2", "'last' is given twice"),
        ("/daily?agent=nobody", "There is no agent 'nobody'"),
        ("/daily?timezone=Atlantis", "Atlantis"),
        ("/daily?order=sideways", "There is no 'sideways'"),
        ("/daily?instances=maybe", "'maybe' is neither true nor false."),
        (f"/daily?project={'x' * 2_000}", "too long"),
        ("/live?since=7d", "There is no parameter 'since' here: leave it out."),
        ("/compare?left=today", "'right' is missing"),
        ("/models?last=3", "There is no parameter 'last'"),
        ("/calendar?year=26", "'26' is not a year"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(served: Served, path: str, sentence: str) -> None:
    reply = served.ask(f"{API}{path}")
    assert reply.status == 400
    assert reply.headers["content-type"] == "application/problem+json"
    assert sentence in reply.document["detail"]
    assert reply.document["status"] == 400


def test_what_is_not_there_is_a_problem_too(served: Served) -> None:
    assert served.ask(f"{API}/nothing").document["status"] == 404
    missing = served.ask(f"{API}/sessions/none")
    assert (missing.status, "There is no session" in missing.document["detail"]) == (404, True)
    assert (
        served.ask(
            f"{API}/live", "POST", b"{}", {**TRUSTED, "Content-Type": "application/json"}
        ).status
        == 405
    )


def test_an_answer_that_one_has_is_not_sent_again(served: Served) -> None:
    first = served.ask(f"{API}/daily")
    again = {**TRUSTED, "If-None-Match": f'"other", W/{first.headers["etag"]}'}
    reply = served.ask(f"{API}/daily", headers=again)
    assert (reply.status, reply.body) == (304, b"")
    assert reply.headers["etag"] == first.headers["etag"]
    assert served.ask(f"{API}/daily?last=1", headers=again).status == 200


def test_who_takes_gzip_gets_it(served: Served) -> None:
    plain = served.ask(f"{API}/daily")
    zipped = served.ask(f"{API}/daily", headers={**TRUSTED, "Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert len(zipped.body) < len(plain.body)
    assert gzip.decompress(zipped.body) == plain.body


def test_an_answer_is_made_once_until_something_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_user(tmp_path)
    with serving(made_settings(tmp_path)) as server:
        from engine.reports.queries.answers import Answers

        made: list[object] = []
        answered = Answers.answer
        monkeypatch.setattr(
            Answers, "answer", lambda self, asked: (made.append(asked), answered(self, asked))[1]
        )
        before = server.ask(f"{API}/daily")
        for _ in range(5):
            assert server.ask(f"{API}/daily").headers["etag"] == before.headers["etag"]
            server.service.kept.note_change()  # of a title, say: no sum is another
        assert len(made) == 1
        write(root, answer("later", NOW - MINUTE, 1_000_000, cwd="/code/app"))
        end = time.monotonic() + PATIENCE
        while server.get("/daily")["totals"] == before.document["totals"]:
            assert time.monotonic() < end
            time.sleep(0.05)
        after = server.ask(
            f"{API}/daily", headers={**TRUSTED, "If-None-Match": before.headers["etag"]}
        )
        assert after.status == 200
        grown = after.document["totals"]["inputTokens"] - before.document["totals"]["inputTokens"]
        assert grown == 1_000_000


def test_where_things_stand_is_told_while_the_ledger_is_taken(served: Served) -> None:
    with served.service.source.monitor._ledger.lock:
        for number in range(2):
            served.service.kept.note_change()
            assert served.get("/live")["responses"] == 65, number
            assert "burnUps" in served.get("/curves")


def test_kept_answers_do_not_outlive_their_day(tmp_path: Path) -> None:
    clock = Clock(NOW)
    write_user(tmp_path)
    with serving(made_settings(tmp_path, clock=clock)) as server:
        assert server.get("/daily?since=today")["daily"]
        clock.now += 24 * HOUR
        assert not server.get("/daily?since=today")["daily"]


def test_the_description_names_every_path_and_its_references_hold(served: Served) -> None:
    described = served.get("/openapi.json")
    for endpoint in ENDPOINTS:
        operation = described["paths"][f"{API}{endpoint.path}"]["get"]
        named = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
        assert named == {each.name for each in endpoint.parameters}
    text = json.dumps(described)
    schemas = described["components"]["schemas"]
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.partition('"')[0] in schemas
    names = [each["operationId"] for path in described["paths"].values() for each in path.values()]
    assert len(names) == len(set(names))


def test_models_are_called_as_on_the_screen(served: Served) -> None:
    labels = served.get("/labels")
    assert labels["models"] == {OPUS: short_model(OPUS)}
    assert labels["agents"]["claude"] == "Claude Code"
