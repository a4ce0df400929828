"""What must hold for any bytes in settings, hooks, prices, official answers and ledgers."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec

from engine.demo import DemoUser, write_history
from engine.domain.mistakes import SettingsError
from engine.domain.paths import ledger_path
from engine.domain.questions import Question
from engine.domain.settings import Settings
from engine.domain.times import DAY
from engine.ingest import discover
from engine.limits.endpoint.answers import readings_of_usage
from engine.limits.endpoint.credentials import find_token
from engine.limits.endpoint.oauth import UsageEndpoint
from engine.limits.readings import Reading, readings_of_hook
from engine.limits.sources.claude_json import state_of
from engine.limits.sources.desktop import readings_of_history
from engine.monitor import Monitor
from engine.net.addresses import retry_after
from engine.net.turns import Turns
from engine.pricing import refresh
from engine.pricing.refresh import RefreshError, is_due, price_file
from engine.pricing.table import PriceTable
from tests.conftest import NOW
from tests.faults.corpus import LITELLM
from tui.config.command_line import parse
from tui.config.in_force import options_in_force, read_place
from tui.config.places import Place
from tui.config.settings import channels_of, settings_of
from tui.options.catalog import all_commands, find_command
from tui.options.definition import Namespace, UsageError
from tui.statusline.answer import worded
from tui.statusline.facts import Facts
from tui.statusline.hook import parse_hook
from tui.statusline.shown import Shown
from tui.tables.health_page import health_lines

_STYLES = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b]*\x1b\\")


def check_config(data: bytes) -> None:
    """A configuration is refused in one sentence, or every command can go on with it."""
    _check_configuration(data, "config.toml")


def check_ccusage_config(data: bytes) -> None:
    """So is one of ccusage's, of which nothing is refused but a whole value."""
    _check_configuration(data, "ccusage.json")


def _check_configuration(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="ccmon-fuzz-") as place:
        path = os.path.join(place, name)
        Path(path).write_bytes(data)
        for is_project in (False, True):
            kind = "ccusage" if name.endswith("json") else "project" if is_project else "named"
            _refused(lambda kind=kind, of=is_project: read_place(Place(kind, path, of)))
        for command in ("live", "blocks", "statusline"):
            _refused(lambda command=command: _go_on(command, {"config": path}))


def _go_on(command: str, given: dict[str, object]) -> None:
    options = options_in_force(find_command(command), given)
    settings = settings_of(options)
    discover.find_roots(settings)
    with suppress(OSError):
        os.stat(ledger_path(settings))
    channels_of(options)


def _refused(deed: Callable[[], object]) -> None:
    """Do something that may be refused with a sentence."""
    try:
        deed()
    except (UsageError, SettingsError) as error:
        sentence = str(error)
    else:
        return
    assert sentence.endswith((".", "?")), sentence


def check_options(data: bytes) -> None:
    """Words behind a command are refused in one sentence, or the command can go on."""
    text = data.decode("utf-8", "replace").replace("\0", "")
    words = text.split("\n")
    commands = all_commands()
    command = commands[len(data) % len(commands)]
    valued = [option for option in command.options if option.flags and option.metavar]
    _refused(lambda: _accepted([command.name, *words]))
    for option in valued:
        _refused(lambda option=option: _accepted([command.name, f"{option.flags[-1]}={text}"]))


def _accepted(words: list[str]) -> None:
    options = parse(words)
    if hasattr(options, "budgets"):
        settings_of(options)


def check_hook(data: bytes) -> None:
    """Whatever is handed to the status line, it is one line that steers no terminal."""
    hook = parse_hook(data)
    found = Facts(hook, NOW)
    _check_readings(found.readings)
    for output, template in (("text", None), ("tmux", None), ("waybar", None), ("text", _EVERY)):
        options = _statusline_options(output, template)
        shown = Shown(
            hook=hook,
            glance=None,
            windows=found.windows,
            now=NOW,
            is_partial=True,
            trouble="",
            cost_source="both",
            burn_words="text",
            aliases={},
        )
        line = _STYLES.sub("", worded(shown, options, {"COLUMNS": "60"}))
        assert line.isprintable(), line
        line.encode("utf-8", "replace")


_EVERY = "{model} {effort} {directory} {session_name} {version} {session_cost} {five_hour} {week}"


def _statusline_options(output: str, template: str | None) -> Namespace:
    return Namespace(
        format=output,
        template=template,
        color=True,
        context_low_threshold=50,
        context_medium_threshold=80,
        thresholds=(0.5, 0.75, 0.9),
    )


def _check_readings(readings: tuple[Reading, ...]) -> None:
    for reading in readings:
        assert reading.window.isprintable(), reading
        assert 0 <= reading.used_share <= 1_000, reading
        assert reading.resets_at is None or reading.resets_at > NOW - 9 * DAY, reading
        msgspec.json.encode(reading)


def check_prices(data: bytes) -> None:
    """A price table that was fetched is refused, or can be kept and read again."""
    many = {
        f"model-{number}": {"mode": "chat", "input_cost_per_token": 1e-6}
        for number in range(refresh.FEWEST_MODELS)
    }
    body = json.dumps(many | LITELLM).encode()[:-1] + b',"more":' + data + b"}"
    for each in (data, body):
        try:
            table = refresh.table_of(each, "https://example.invalid")
        except RefreshError:
            continue
        file = price_file(table, source="made up", as_of="2026-11-22")
        kept = refresh.encoded(file)
        assert msgspec.json.decode(kept, type=type(file)) == file
        _check_price_file(kept)


def check_price_file(data: bytes) -> None:
    """A kept price table is passed over with a sentence, or every model in it can be asked for."""
    _check_price_file(data)


def _check_price_file(data: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="ccmon-fuzz-") as place:
        path = Path(place, "prices.json")
        path.write_bytes(data)
        is_due(path, NOW)
        known = refresh._known(path)
        table = PriceTable.load(path)
        assert (known is None) == (table.problem is not None)
        for model in known.models if known is not None else ("grok-9",):
            price = table.find(model)
            if price is not None:
                assert table.fingerprint(model)


def check_official(data: bytes) -> None:
    """What official sources keep or answer is understood, or says nothing."""
    state = state_of(data, NOW)
    if state is not None:
        _check_readings(state.readings)
    _check_readings(readings_of_history(data, NOW) or ())
    value = _decoded(data)
    _check_readings(readings_of_usage(value, NOW, "oauth"))
    _check_readings(readings_of_hook(value, NOW))
    endpoint = UsageEndpoint(
        is_enabled=True,
        environment={},
        directories=(),
        load=lambda: None,
        keep=lambda text: None,
        clock=lambda: NOW,
    )
    _check_readings(endpoint._read(_reply(data))[1])
    text = data.decode("utf-8", "replace")
    Turns(lambda: text, lambda kept: None).take(NOW)
    wait = retry_after(text, NOW)
    assert wait is None or wait >= 0
    _check_token(data)


def _reply(body: bytes) -> object:
    from engine.limits.endpoint import oauth

    return oauth._Reply("read", 200, body)


def _check_token(data: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="ccmon-fuzz-") as place:
        Path(place, ".credentials.json").write_bytes(data)
        found = find_token({}, [Path(place)], NOW, "linux")
        assert found.lack is not None or found.token.isprintable()


def _decoded(data: bytes) -> object:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


@cache
def _history() -> tuple[tempfile.TemporaryDirectory[str], Path, bytes]:
    """Return a root with some days of work (kept as long as its first), and its ledger's bytes."""
    kept = tempfile.TemporaryDirectory(prefix="ccmon-fuzz-")
    root, ledger = Path(kept.name, "root"), Path(kept.name, "ledger.db")
    write_history(root, DemoUser(seed=5, now_ms=NOW, responses=40, days=3, sessions=3))
    with Monitor(_settings(root, ledger)) as monitor:
        monitor.read()
    with sqlite3.connect(ledger) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    return kept, root, ledger.read_bytes()


def ledger_bytes() -> bytes:
    """Return a ledger's file."""
    return _history()[2]


def _settings(root: Path, ledger: Path) -> Settings:
    return Settings(
        roots=(root,),
        ledger=str(ledger),
        zone="UTC",
        is_offline=True,
        is_polling=True,
        clock=lambda: NOW,
        environment={},
        home=root,
    )


def check_ledger(data: bytes) -> None:
    """A ledger of any bytes is read, or set aside; every question gets an answer."""
    _, root, _ = _history()
    with tempfile.TemporaryDirectory(prefix="ccmon-fuzz-") as place:
        ledger = Path(place, "ledger.db")
        ledger.write_bytes(data)
        with Monitor(_settings(root, ledger)) as monitor:
            monitor.read()
            monitor.snapshot()
            monitor.report("sessions", "all")
            monitor.answers.answer(Question(kind="daily"))
            monitor.limits.now()
            health_lines(monitor.health(), "UTC")
