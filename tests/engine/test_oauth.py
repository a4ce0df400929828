"""Asking the usage endpoint: when, with what, what it says, and what nobody ever sees."""

import builtins
import json
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from email.utils import formatdate
from pathlib import Path
from threading import Barrier, Lock, Thread
from typing import Any

import pytest

from engine.domain.mistakes import SettingsError
from engine.domain.times import DAY, HOUR, MINUTE
from engine.limits.endpoint.credentials import Found, find_token
from engine.limits.endpoint.oauth import UsageAnswer, UsageEndpoint
from engine.net.turns import LEAST_PAUSE, LONGEST_BACK_OFF, LONGEST_OFFLINE, Turn, Turns
from tests.conftest import NOW
from tests.patience import PATIENCE, done_within
from tests.stub_server import StubHandler, StubServer, hide_proxies, serving

TOKEN = "sk-ant-oat01-VerySecret"
OLD_SHAPE = {
    "five_hour": {"utilization": 42.0, "resets_at": "2026-11-22T15:00:00.512345+00:00"},
    "seven_day": {"utilization": 17.5, "resets_at": "2026-11-25T09:59:59.943648+00:00"},
    "seven_day_opus": {"utilization": 3, "resets_at": None},
    "seven_day_oauth_apps": None,
    "iguana_necktie": None,
    "extra_usage": {
        "is_enabled": True,
        "monthly_limit": 5000,
        "used_credits": 1000,
        "utilization": 20,
    },
}
NEW_SHAPE = {
    "five_hour": {"utilization": 1.0, "resets_at": "2026-11-22T15:00:00+00:00"},
    "seven_day_sonnet": None,
    "limits": [
        {
            "kind": "session",
            "group": "session",
            "percent": 100.4,
            "resets_at": "2026-11-22T15:00:00.512345+00:00",
            "scope": None,
        },
        {"kind": "weekly_all", "percent": 1_795_352_400, "resets_at": "2026-11-25T10:00:00Z"},
        {
            "kind": "weekly_scoped",
            "percent": 66,
            "severity": "warning",
            "resets_at": "2026-11-25T10:00:00Z",
            "scope": {"model": {"id": None, "display_name": "Fable"}, "surface": None},
        },
        {"kind": "weekly_all", "percent": None, "resets_at": None},
        "strange",
    ],
    "spend": {
        "used": {"amount_minor": 7788, "currency": "GBP", "exponent": 2},
        "limit": {"amount_minor": 30000, "currency": "GBP", "exponent": 2},
        "percent": 26,
        "enabled": True,
    },
}

_LONG = 4_000
"""Bytes that take minutes to drip."""


class Memory:
    """What the ledger keeps of the questions, and the transaction around it."""

    def __init__(self) -> None:
        self.text: str | None = None
        self.texts: list[str] = []
        self.lock = Lock()

    def load(self) -> str | None:
        return self.text

    def keep(self, text: str) -> None:
        self.text = text
        self.texts.append(text)

    def exclusive(self) -> AbstractContextManager[object]:
        return self.lock


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubServer]:
    hide_proxies(monkeypatch)
    with serving() as server:
        server.answer = telling(OLD_SHAPE)
        yield server


@pytest.fixture
def memory() -> Iterator[Memory]:
    """Keep what is kept, and see that no token is in it."""
    memory = Memory()
    yield memory
    assert not [text for text in memory.texts if TOKEN in text or "secret" in text.lower()]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def telling(body: object, status: int = 200, **headers: str) -> Callable[[StubHandler], None]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda handler: handler.send(status, data, **headers)


def endpoint(url: str, memory: Memory, clock: Clock, **given: Any) -> UsageEndpoint:
    plain: dict[str, Any] = {
        "is_enabled": True,
        "environment": {"CLAUDE_CODE_OAUTH_TOKEN": TOKEN},
        "directories": (),
        "load": memory.load,
        "keep": memory.keep,
        "exclusive": memory.exclusive,
        "clock": clock,
        "url": url,
        "timeout": 5.0,
        "platform": "linux",
    }
    return UsageEndpoint(**{**plain, **given})


def pause_after(answer: UsageAnswer) -> int:
    assert answer.next_allowed_at is not None
    return answer.next_allowed_at - NOW


def signed_in(directory: Path, **given: Any) -> Path:
    """Sign in as Claude Code does on Linux."""
    oauth = {"accessToken": TOKEN, "refreshToken": "secret", "expiresAt": NOW + 1, **given}
    directory.mkdir(exist_ok=True)
    (directory / ".credentials.json").write_text(json.dumps({"claudeAiOauth": oauth}))
    return directory


def test_nothing_is_opened_or_asked_unless_the_user_turned_it_on(
    tmp_path: Path,
    server: StubServer,
    memory: Memory,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    directory = signed_in(tmp_path)
    opened: list[object] = []

    def trap(place: Any, *arguments: Any, **named: Any) -> Any:
        opened.append(place)
        raise AssertionError(place)

    asking = endpoint(
        server.url, memory, clock, is_enabled=False, directories=(directory,), environment={}
    )
    with monkeypatch.context() as patched:
        patched.setattr(builtins, "open", trap)
        patched.setattr("os.open", trap)
        patched.setattr("io.open", trap)
        patched.setattr("subprocess.Popen", trap)
        answer = asking.ask()
    assert answer.outcome == "off"
    assert "--enable-oauth" in answer.sentence
    assert (opened, server.asked, memory.texts) == ([], [], [])


def test_the_question_has_the_headers_it_needs(
    server: StubServer, memory: Memory, clock: Clock
) -> None:
    assert endpoint(server.url, memory, clock).ask().outcome == "read"
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.body) == ("GET", "/the/path", b"")
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["anthropic-beta"] == "oauth-2025-04-20"


def test_flat_windows_are_read(server: StubServer, memory: Memory, clock: Clock) -> None:
    answer = endpoint(server.url, memory, clock).ask()
    found = {each.window: (each.used_share, each.resets_at) for each in answer.readings}
    assert {window: share for window, (share, _) in found.items()} == {
        "five_hour": 0.42,
        "seven_day": 0.175,
        "seven_day:Opus": 0.03,
        "spend_limit": 0.2,
    }
    assert found["five_hour"][1] == NOW + 2 * HOUR
    assert found["seven_day"][1] == NOW + 3 * DAY - 3 * HOUR
    assert {each.source for each in answer.readings} == {"oauth"}
    assert {each.captured_at for each in answer.readings} == {NOW}


def test_listed_limits_come_before_flat_windows(
    server: StubServer, memory: Memory, clock: Clock
) -> None:
    server.answer = telling(NEW_SHAPE)
    answer = endpoint(server.url, memory, clock).ask()
    assert {each.window: each.used_share for each in answer.readings} == {
        "five_hour": 1.0,
        "seven_day:Fable": 0.66,
        "spend_limit": 0.26,
    }


def test_an_answer_without_a_limit_is_said_to_be_so(
    server: StubServer, memory: Memory, clock: Clock
) -> None:
    server.answer = telling({"five_hour": None, "limits": None, "new_thing": {"a": [1]}})
    answer = endpoint(server.url, memory, clock).ask()
    assert (answer.outcome, answer.readings) == ("empty", ())
    assert pause_after(answer) == LEAST_PAUSE


@pytest.mark.parametrize(
    ("status", "outcome", "word"),
    [
        (401, "unauthorized", "sign in again"),
        (403, "forbidden", "user:profile"),
        (429, "limited", "too often"),
        (400, "refused", "status 400"),
        (404, "refused", "status 404"),
        (500, "failing", "status 500"),
        (529, "failing", "status 529"),
        (302, "refused", "status 302"),
    ],
)
def test_each_refusal_has_its_own_outcome_and_sentence(
    server: StubServer, memory: Memory, clock: Clock, status: int, outcome: str, word: str
) -> None:
    with serving() as other:
        server.answer = telling(b"<html>", status, Location=other.url)
        answer = endpoint(server.url, memory, clock).ask()
        assert other.asked == []
    assert (answer.outcome, answer.readings) == (outcome, ())
    assert word in answer.sentence
    assert answer.sentence.endswith("It is asked again in 10 min.")


@pytest.mark.parametrize(
    ("asked_for", "pause"),
    [
        ("0", 10 * MINUTE),
        ("3000", 50 * MINUTE),
        (formatdate(NOW / 1000 + 7200, usegmt=True), 2 * HOUR),
        (formatdate(NOW / 1000 - 60, usegmt=True), 10 * MINUTE),
        ("999999999", DAY),
        ("whenever", 10 * MINUTE),
    ],
)
def test_retry_after_is_honoured_and_never_shortens_a_pause(
    server: StubServer, memory: Memory, clock: Clock, asked_for: str, pause: int
) -> None:
    server.answer = telling(b"{}", 429, Retry_After=asked_for)
    asking = endpoint(server.url, memory, clock)
    assert pause_after(asking.ask()) == pause
    clock.now += pause - 1
    assert endpoint(server.url, memory, clock).ask().outcome == "waiting"
    assert len(server.asked) == 1
    clock.now += 1
    assert endpoint(server.url, memory, clock).ask().outcome == "limited"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><title>Sign in to the network</title>",
        b'{"five_hour": {"utiliz',
        b"[1, 2]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a": "' + b"x" * 2**20 + b'"}',
    ],
    ids=lambda body: body[:12].decode("latin-1") or "empty",
)
def test_what_is_no_usage_answer_is_unreadable(
    server: StubServer, memory: Memory, clock: Clock, body: bytes
) -> None:
    server.answer = telling(body)
    answer = endpoint(server.url, memory, clock).ask()
    assert (answer.outcome, answer.readings) == ("unreadable", ())
    assert pause_after(answer) == 10 * MINUTE


def test_a_body_that_cannot_be_unpacked_is_unreadable(
    server: StubServer, memory: Memory, clock: Clock
) -> None:
    server.answer = telling(b"no gzip", Content_Encoding="gzip")
    assert endpoint(server.url, memory, clock).ask().outcome == "unreadable"


def test_a_body_that_drips_is_given_up_in_time(server: StubServer, clock: Clock) -> None:
    body = b" " * _LONG + json.dumps(OLD_SHAPE).encode()
    server.answer = lambda handler: handler.drip(200, body, 0.05)
    answer = done_within(2, lambda: endpoint(server.url, Memory(), clock, timeout=0.3).ask())
    assert answer.outcome == "offline"


def test_headers_that_drip_are_given_up_in_time(server: StubServer, clock: Clock) -> None:
    said = b"HTTP/1.0 200 OK\r\nX: " + b"x" * _LONG
    server.answer = lambda handler: handler.drip_raw(said, 0.05)
    answer = done_within(2, lambda: endpoint(server.url, Memory(), clock, timeout=0.3).ask())
    assert answer.outcome == "offline"


def test_a_server_that_says_nothing_is_given_up_in_time(server: StubServer, clock: Clock) -> None:
    server.answer = StubHandler.say_nothing
    answer = done_within(2, lambda: endpoint(server.url, Memory(), clock, timeout=0.2).ask())
    assert answer.outcome == "offline"


@pytest.fixture
def dead_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address on this machine where nobody listens."""
    hide_proxies(monkeypatch)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unused.getsockname()[1]}/"


def test_a_refused_connection_is_offline(dead_url: str, memory: Memory, clock: Clock) -> None:
    answer = endpoint(dead_url, memory, clock).ask()
    assert answer.outcome == "offline"
    assert "check the network" in answer.sentence


def test_offline_the_pauses_stay_short_for_no_server_was_troubled(
    dead_url: str, memory: Memory, clock: Clock
) -> None:
    pauses = []
    for _ in range(4):
        answer = endpoint(dead_url, memory, clock).ask()
        assert answer.next_allowed_at is not None
        pauses.append(answer.next_allowed_at - clock.now)
        clock.now = answer.next_allowed_at
    assert pauses == [10 * MINUTE, 20 * MINUTE, LONGEST_OFFLINE, LONGEST_OFFLINE]


def test_failures_are_counted_across_restarts_up_to_six_hours_and_forgotten_on_success(
    server: StubServer, memory: Memory, clock: Clock
) -> None:
    server.answer = telling(b"", 500)
    pauses = []
    for _ in range(9):
        answer = endpoint(server.url, memory, clock).ask()
        assert answer.next_allowed_at is not None
        pauses.append((answer.next_allowed_at - clock.now) // MINUTE)
        clock.now = answer.next_allowed_at
    assert pauses == [10, 20, 40, 80, 160, 320, 360, 360, 360]
    assert LONGEST_BACK_OFF == 360 * MINUTE
    server.answer = telling({"limits": []})
    endpoint(server.url, memory, clock).ask()
    clock.now += LEAST_PAUSE
    server.answer = telling(b"", 500)
    answer = endpoint(server.url, memory, clock).ask()
    assert answer.next_allowed_at == clock.now + 10 * MINUTE


def test_two_processes_together_ask_once_in_five_minutes(
    server: StubServer, memory: Memory, clock: Clock
) -> None:
    one, other = (endpoint(server.url, memory, clock) for _ in range(2))
    assert one.ask().outcome == "read"
    for later in (0, LEAST_PAUSE - 1):
        clock.now = NOW + later
        answer = other.ask()
        assert (answer.outcome, answer.last) == ("waiting", "read")
        assert answer.next_allowed_at == NOW + LEAST_PAUSE
        assert one.ask().outcome == "waiting"
    assert len(server.asked) == 1
    clock.now = NOW + LEAST_PAUSE
    assert other.ask().outcome == "read"
    assert one.ask().outcome == "waiting"
    assert len(server.asked) == 2


def test_processes_that_ask_at_the_same_moment_ask_once(
    server: StubServer, memory: Memory, clock: Clock
) -> None:
    count = 8
    barrier = Barrier(count)
    outcomes: list[str] = []

    def ask() -> None:
        asking = endpoint(server.url, memory, clock)
        barrier.wait(PATIENCE)
        outcomes.append(asking.ask().outcome)

    threads = [Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(outcomes) == ["read"] + ["waiting"] * (count - 1)
    assert len(server.asked) == 1


def test_a_process_that_dies_while_asking_costs_five_minutes(memory: Memory) -> None:
    turns = Turns(memory.load, memory.keep)
    assert turns.take(NOW) == Turn()
    assert turns.take(NOW + LEAST_PAUSE - 1) is None
    assert turns.take(NOW + LEAST_PAUSE) is not None


def test_a_missing_token_neither_adds_to_the_failures_nor_forgives_them(memory: Memory) -> None:
    turns = Turns(memory.load, memory.keep)
    turn = turns.end(Turn(failures=4), "unasked", NOW)
    assert (turn.failures, turn.next_allowed_at) == (4, NOW + LEAST_PAUSE)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"failures": "many"}', "\ud800"])
def test_a_damaged_memory_is_a_new_one(text: str) -> None:
    assert Turns(lambda: text, lambda text: None).last() == Turn()


def test_a_clock_that_was_wrong_holds_nothing_up_for_ever(memory: Memory) -> None:
    turns = Turns(memory.load, memory.keep)
    turns.take(NOW + 400 * DAY)
    assert turns.take(NOW) is not None


def test_while_waiting_the_last_outcome_is_told(
    server: StubServer, memory: Memory, clock: Clock
) -> None:
    server.answer = telling(b"", 429, Retry_After="3000")
    endpoint(server.url, memory, clock).ask()
    clock.now += 30 * MINUTE
    answer = endpoint(server.url, memory, clock).ask()
    assert (answer.outcome, answer.last) == ("waiting", "limited")
    assert answer.sentence == (
        "The usage endpoint was asked too often, by whichever tool (429)."
        " It is asked again in 20 min."
    )


def test_the_token_goes_over_https_only(memory: Memory, clock: Clock) -> None:
    with pytest.raises(SettingsError, match="https only"):
        endpoint("http://api.anthropic.com/", memory, clock)


def test_the_file_of_a_config_directory_is_read_at_the_moment_of_use(
    tmp_path: Path, server: StubServer, memory: Memory, clock: Clock
) -> None:
    asking = endpoint(
        server.url, memory, clock, environment={}, directories=(tmp_path / "none", tmp_path)
    )
    answer = asking.ask()
    assert (answer.outcome, server.asked) == ("absent", [])
    assert "sign in" in answer.sentence
    signed_in(tmp_path)
    clock.now += LEAST_PAUSE
    signed_in(tmp_path, expiresAt=clock.now + 1)
    assert asking.ask().outcome == "read"
    assert server.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in repr(vars(asking))


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"expiresAt": NOW}, "expired"),
        ({"scopes": ["user:inference"]}, "narrow"),
        ({"accessToken": ""}, "absent"),
        ({"accessToken": 7}, "absent"),
        ({"accessToken": f"{TOKEN}\n"}, "absent"),
        ({"accessToken": f"{TOKEN}é"}, "absent"),
        ({"accessToken": TOKEN * 1000}, "absent"),
    ],
)
def test_a_token_that_may_not_be_used_is_not_sent(
    tmp_path: Path,
    server: StubServer,
    memory: Memory,
    clock: Clock,
    given: dict[str, Any],
    outcome: str,
) -> None:
    directory = signed_in(tmp_path, **given)
    content = (directory / ".credentials.json").read_bytes()
    asking = endpoint(server.url, memory, clock, environment={}, directories=(directory,))
    answer = asking.ask()
    assert (answer.outcome, server.asked) == (outcome, [])
    assert pause_after(answer) == LEAST_PAUSE
    assert (directory / ".credentials.json").read_bytes() == content


def test_a_second_directory_is_tried_where_the_first_one_has_expired(tmp_path: Path) -> None:
    expired = signed_in(tmp_path / "a", expiresAt=NOW)
    fresh = signed_in(tmp_path / "b", scopes=["user:inference", "user:profile"])
    assert find_token({}, (expired, fresh), NOW, "linux").token == TOKEN
    assert find_token({}, (expired,), NOW, "linux") == Found("", "expired")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"claudeAiOauth": 3}', b"\xff", b"[" * 9_999]
)
def test_a_credentials_file_of_another_shape_holds_no_token(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".credentials.json").write_bytes(content)
    assert find_token({}, (tmp_path,), NOW, "linux") == Found("", "absent")


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script for POSIX")
def test_on_macos_the_keychain_is_asked_last(tmp_path: Path) -> None:
    program = tmp_path / "security"
    kept = json.dumps({"claudeAiOauth": {"accessToken": TOKEN}})
    asked = "find-generic-password -s Claude Code-credentials -w"
    program.write_text(f"#!/bin/sh\n[ \"$*\" = '{asked}' ] && echo '{kept}'\n")
    program.chmod(0o755)
    environment = {"PATH": str(tmp_path)}
    assert find_token(environment, (), NOW, "darwin").token == TOKEN
    assert find_token(environment, (), NOW, "linux").lack == "absent"
    assert find_token({"PATH": str(tmp_path / "none")}, (), NOW, "darwin").lack == "absent"
    program.write_text("#!/bin/sh\nexit 44\n")
    assert find_token(environment, (), NOW, "darwin").lack == "absent"


def test_a_found_token_is_not_shown() -> None:
    assert TOKEN not in f"{Found(TOKEN)} {Found(TOKEN)!r}"


@pytest.mark.parametrize("token", [TOKEN, f"{TOKEN}\r\nX: y", f"{TOKEN}\x00", f"{TOKEN}é"])
@pytest.mark.parametrize("status", [0, 200, 401, 403, 429, 500])
def test_no_outcome_tells_the_token(
    server: StubServer, dead_url: str, memory: Memory, clock: Clock, token: str, status: int
) -> None:
    server.answer = telling({"error": f"bad token {TOKEN}"}, status)
    asking = endpoint(
        server.url if status else dead_url,
        memory,
        clock,
        environment={"CLAUDE_CODE_OAUTH_TOKEN": token},
        timeout=2.0,
    )
    told = repr(asking.ask()) + repr(asking.ask()) + repr(asking)
    assert TOKEN not in told
    assert TOKEN not in "".join(memory.texts)


def test_no_error_on_the_way_tells_the_token(
    memory: Memory, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx

    def fail(*arguments: object, **named: object) -> None:
        raise httpx.LocalProtocolError(f"Illegal header value b'Bearer {TOKEN}'")

    monkeypatch.setattr(httpx.Client, "stream", fail)
    answer = endpoint("https://127.0.0.1/", memory, clock).ask()
    assert answer.outcome == "offline"
    assert TOKEN not in repr(answer)
