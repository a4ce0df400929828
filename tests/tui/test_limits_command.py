"""`ccmon limits` and `ccmon events` from the command line to the last character."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from engine.domain.limit_windows import LimitsNow
from engine.domain.settings import Settings
from engine.limits.endpoint import oauth
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_limits import budget, event, forecast, hit, limits, window
from tests.made_lines import HOUR, MINUTE, answer, write
from tests.patience import PATIENCE
from tests.stub_server import StubServer, hide_proxies, serving
from tui.cli import main
from tui.commands import limits as limits_face
from tui.commands.limits import check_line
from tui.tables.limits_page import events_lines, limits_lines
from tui.tables.look import Look
from tui.words.lines import text_of

TOKEN = "sk-ant-oat01-never-to-be-seen"


@pytest.fixture
def root(home: Path) -> Path:
    """A root with one response of just now."""
    place = home / ".claude"
    write(place, answer("a", int(time.time() * 1_000) - MINUTE))
    return place


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, root: Path) -> Callable[[LimitsNow], None]:
    """Have both commands find made-up windows."""

    def show(given: LimitsNow) -> None:
        monkeypatch.setattr(limits_face, "read_limits", lambda _monitor: given)

    return show


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubServer]:
    """A usage endpoint on this machine that says that 77% is used."""
    hide_proxies(monkeypatch)
    with serving() as stub:
        monkeypatch.setattr(oauth, "URL", stub.url)
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3_600))
        said = {"five_hour": {"utilization": 77.0, "resets_at": end}}
        stub.answer = lambda handler: handler.send(200, json.dumps(said).encode())
        yield stub


def page(given: LimitsNow, width: int = 80) -> list[str]:
    return [text_of(line) for line in limits_lines(given, Look(width=width))]


def test_a_page_names_share_reset_source_and_forecast() -> None:
    lines = page(limits(window(is_floor=True, age=3 * HOUR), budget()))
    assert lines[0] == "Limits · Max 5x · UTC"
    (five,) = [line for line in lines if line.startswith("5 hours")]
    assert five.split()[-4:] == ["fine", "15:30", "2h", "30m"]
    assert "≥ 42%" in five
    text = " ".join(" ".join(lines).split())
    assert "official · status line · 3h ago" in text
    assert (
        "limit not before the reset, ~80% then (70 to 90%) · 6 points over pace"
        " · 14 official readings" in text
    )
    assert "your budget · this machine · $10.00 of $20.00" in text


def test_a_limit_ahead_is_said_with_its_range() -> None:
    ahead = forecast(reaches_at=NOW + HOUR, earliest=NOW + 50 * MINUTE, latest=None)
    text = " ".join(" ".join(page(limits(window(forecast=ahead)))).split())
    assert "limit at 14:00 (13:50 to later), 1h 30m before the reset" in text


def test_a_hit_stands_above_everything() -> None:
    frozen = window("seven_day", 1.0, level="reached", forecast=forecast(is_frozen=True))
    lines = page(limits(frozen, hit=hit()))
    assert lines[2] == "The limit is hit: Week · reset Mon 13:00, in 1d 00h · since 12:50"
    extra = page(limits(hit=hit(is_extra_usage=True, resets_at=None)))
    assert extra[2].startswith("Extra usage is in use beyond Week · until a response succeeds")


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    grave = forecast(reaches_at=NOW + HOUR, earliest=NOW + MINUTE, latest=NOW + 2 * HOUR)
    given = limits(
        window(is_floor=True, age=HOUR, forecast=grave, level="critical"),
        window(
            "seven_day:东京 model of a long name",
            None,
            label="Week · 东京 model",
            reason="why " * 30,
        ),
        budget(12.5, level="reached"),
        hit=hit(),
    )
    events = [event(), event(40 * HOUR, text="A sentence that is long. " * 9)]
    rows = limits_lines(given, Look(width=width), ["A notice of some length. " * 5])
    rows += events_lines(events, NOW, Look(width=width))
    assert max(cell_len(text_of(row)) for row in rows) <= width


def test_a_budget_that_is_used_up_is_passed_and_never_foreseen_to_last() -> None:
    then = forecast(share_at_reset=1.67, share_low=1.24, share_high=1_977_759.8, earliest=NOW)
    text = "".join(page(limits(budget(1.24, level="reached", forecast=then))))
    assert "passed, ~167% then (124 to >999%)" in text
    assert "before the reset" not in text


def test_names_from_outside_steer_no_terminal() -> None:
    text = "".join(page(limits(window("x", label="\x1b[31mEvil\u202e", basis="official\x07"))))
    assert text.isprintable()


@pytest.mark.parametrize(
    ("given", "code", "line"),
    [
        (
            limits(window()),
            0,
            "fine: 5 hours 42% · reset 15:30, in 2h 30m · official · status line · 2m ago",
        ),
        (limits(window(level="half")), 10, "warning: 5 hours 42% · reset 15:30"),
        (
            limits(window(forecast=forecast(reaches_at=NOW + HOUR))),
            10,
            "warning: 5 hours 42% · limit at 14:00 · reset 15:30",
        ),
        (limits(window(), budget(2.0, level="reached")), 11, "critical: Budget · day 200%"),
        (limits(window(), hit=hit()), 12, "hit: The limit is hit: Week · reset Mon 13:00"),
        (limits(), 20, "unknown: no share of any limit is known"),
    ],
)
def test_check_prints_one_line_and_exits_by_the_status(
    given: LimitsNow,
    code: int,
    line: str,
    shown: Callable[[LimitsNow], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown(given)
    assert main(["limits", "--check"]) == code
    told = capsys.readouterr()
    assert told.out.startswith(line)
    assert (told.out.count("\n"), told.err) == (1, "")
    assert check_line(given) + "\n" == told.out
    assert main(["limits"]) == 0
    assert main(["limits", "--json", "--check"]) == code


def test_json_is_the_document_of_the_windows(
    shown: Callable[[LimitsNow], None], capsys: pytest.CaptureFixture[str]
) -> None:
    shown(limits(window(level="critical"), budget()))
    assert main(["limits", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["status"], made["exitCode"]) == ("critical", 11)
    assert [each["window"] for each in made["windows"]] == ["five_hour", "budget:day"]


def test_events_are_listed_newest_first_and_cut_to_the_last(
    shown: Callable[[LimitsNow], None], capsys: pytest.CaptureFixture[str]
) -> None:
    shown(limits(events=tuple(event(n * MINUTE, title=f"number {n}") for n in range(5))))
    assert main(["events", "--last", "2"]) == 0
    told = capsys.readouterr().out
    assert told.index("number 0") < told.index("number 1")
    assert "number 2" not in told
    assert main(["events", "--json"]) == 0
    titles = [each["title"] for each in json.loads(capsys.readouterr().out)["events"]]
    assert titles == [f"number {n}" for n in range(5)]
    shown(limits())
    assert main(["events"]) == 0
    assert "Nothing happened yet" in capsys.readouterr().out


def test_a_reset_that_is_pinned_holds_in_the_next_run(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--timezone", "UTC", "--offline", "--json"]
    hour = time.gmtime(time.time() + 2 * 3_600)
    clock = f"{hour.tm_hour:02d}:{hour.tm_min:02d}"

    def reset(*more: str) -> str:
        assert main(["limits", *words, *more]) == 0
        (five,) = json.loads(capsys.readouterr().out)["windows"]
        return str(five["resetsAt"])

    plain = reset()
    assert reset("--reset-at", clock)[11:16] == clock
    assert reset()[11:16] == clock
    assert reset("--no-reset-at") == plain
    late = time.gmtime(time.time() + 7 * 3_600)
    assert main(["limits", "--timezone=UTC", f"--reset-at={late.tm_hour:02d}:00"]) == 2
    assert "within the next five hours" in capsys.readouterr().err


def test_the_usage_endpoint_is_turned_on_only_by_a_yes(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["limits", "--enable-oauth"]) == 1
    told = capsys.readouterr().out
    for word in ("not documented", "every 5 minutes", "grey zone", "never renewed", "--yes"):
        assert word in told
    assert told.endswith("Nothing was changed.\n")
    assert not is_asked(capsys)
    assert main(["limits", "--enable-oauth", "--yes"]) == 0
    assert is_asked(capsys)
    assert main(["limits", "--disable-oauth"]) == 0
    assert not is_asked(capsys)
    assert main(["limits", "--yes"]) == 2


def is_asked(capsys: pytest.CaptureFixture[str]) -> bool:
    """Return whether a run without network says that the endpoint is asked."""
    capsys.readouterr()
    assert main(["limits", "--json", "--offline"]) == 0
    return bool(json.loads(capsys.readouterr().out)["isUsageEndpointAsked"])


def keep_token(root: Path) -> None:
    """Keep a sign-in token where Claude Code keeps its own."""
    oauth_part = {"accessToken": TOKEN, "expiresAt": int(time.time() * 1_000) + HOUR}
    (root / ".credentials.json").write_text(json.dumps({"claudeAiOauth": oauth_part}))


def test_what_the_endpoint_says_is_shown_and_it_is_not_asked_again(
    root: Path, home: Path, server: StubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_token(root)
    assert main(["limits", "--enable-oauth", "--yes"]) == 0
    assert server.asked == []
    for _ in range(2):
        capsys.readouterr()
        assert main(["limits", "--json"]) == 0
        told = capsys.readouterr()
        assert json.loads(told.out)["windows"][0]["source"] == "oauth"
        assert json.loads(told.out)["windows"][0]["usedPercent"] == 77.0
        assert TOKEN not in told.out + told.err
    (asked,) = server.asked
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    kept = [path for path in home.rglob("*") if path.is_file() and path.parent != root]
    assert any("ledger" in path.name for path in kept)
    assert [path for path in kept if TOKEN.encode() in path.read_bytes()] == []


def test_a_refusal_of_the_endpoint_is_one_sentence_without_the_token(
    root: Path, server: StubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_token(root)
    server.answer = lambda handler: handler.send(401, TOKEN.encode())
    assert main(["limits", "--enable-oauth", "--yes"]) == 0
    for _ in range(2):
        capsys.readouterr()
        assert main(["limits"]) == 0
        told = capsys.readouterr()
        assert "refused the sign-in token (401)" in " ".join(told.out.split())
        assert TOKEN not in told.out + told.err
    assert len(server.asked) == 1


def test_offline_asks_nothing(root: Path, server: StubServer) -> None:
    keep_token(root)
    assert main(["limits", "--enable-oauth", "--yes"]) == 0
    assert main(["limits", "--offline"]) == 0
    assert server.asked == []


def test_a_live_screen_asks_by_itself(
    root: Path, server: StubServer, settings: Callable[..., Settings]
) -> None:
    keep_token(root)
    given: dict[str, Any] = {"roots": (root,), "is_offline": False}
    with Monitor(settings(**given, clock=lambda: int(time.time() * 1_000))) as monitor:
        monitor.limits.enable_oauth(True)
        monitor.start(lambda: None)
        deadline = time.monotonic() + PATIENCE
        while not monitor.limits.now().windows or monitor.limits.now().windows[0].source != "oauth":
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert len(server.asked) == 1
