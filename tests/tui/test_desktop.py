"""The window and the tray: clients of the service, tried with stand-ins for their libraries."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from engine.domain.mistakes import SettingsError
from tui.cli import main
from tui.commands import tray, web
from tui.commands.tray import Tray
from tui.options.definition import Namespace

FIVE_HOURS = {
    "account": "",
    "label": "5 hours",
    "level": "high",
    "usedPercent": 76.4,
    "minutesToReset": 125.2,
    "isGravest": True,
}
WEEK = {**FIVE_HOURS, "label": "week", "usedPercent": None, "minutesToReset": None}
WEEK["isGravest"] = False
LIVE = {"windows": [WEEK, FIVE_HOURS]}


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, **given: Any) -> ModuleType:
    module = ModuleType(name)
    module.__spec__ = ModuleSpec(name, None)
    vars(module).update(given)
    monkeypatch.setitem(sys.modules, name, module)
    return module


class _Closing:
    """An event of pywebview."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def __iadd__(self, listener: Any) -> _Closing:
        self.told.append(listener)
        return self


@pytest.fixture
def webview(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    seen = SimpleNamespace(made=[], window=None, end=(10, 20, 800, 700))

    class WebViewException(Exception):
        """What pywebview raises without a desktop."""

    def create_window(title: str, address: str, **given: Any) -> Any:
        seen.made.append((title, address, given))
        seen.window = SimpleNamespace(events=SimpleNamespace(closing=_Closing()))
        return seen.window

    def start() -> None:
        window = seen.window
        window.x, window.y, window.width, window.height = seen.end
        for told in window.events.closing.told:
            told()

    screens = [SimpleNamespace(x=0, y=0, width=1920, height=1080)]
    errors = SimpleNamespace(WebViewException=WebViewException)
    seen.module = stand_in(
        monkeypatch,
        "webview",
        create_window=create_window,
        start=start,
        screens=screens,
        errors=errors,
    )
    monkeypatch.setattr(web, "entrance", lambda *_: "http://127.0.0.1:1/login?code=c")
    return seen


def _given(seen: SimpleNamespace, number: int) -> dict[str, Any]:
    found: dict[str, Any] = seen.made[number][2]
    return found


def test_a_window_opens_the_page_and_remembers_its_place(
    webview: SimpleNamespace, home: Path
) -> None:
    assert main(["window"]) == 0
    assert main(["window", "--on-top"]) == 0
    assert webview.made[0][1] == "http://127.0.0.1:1/login?code=c"
    first, second = _given(webview, 0), _given(webview, 1)
    assert (first["x"], first["on_top"]) == (None, False)
    assert [second[key] for key in ("x", "y", "width", "height")] == [10, 20, 800, 700]
    assert second["on_top"]


def test_a_place_on_a_screen_that_is_gone_is_left_and_damage_is_passed_over(
    webview: SimpleNamespace, home: Path
) -> None:
    webview.end = (2500, 20, 800, 700)
    main(["window"])
    webview.end = (5, 5, 0, 0)
    main(["window"])
    (kept,) = home.rglob("window.json")
    kept.write_text("{")
    main(["window"])
    second, third = _given(webview, 1), _given(webview, 2)
    assert (second["x"], second["width"]) == (None, 800)
    assert (third["x"], third["width"]) == (None, 1100)


def test_without_a_desktop_one_sentence_says_so(
    webview: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    def start() -> None:
        raise webview.module.errors.WebViewException("no GTK or QT")

    webview.module.start = start
    assert main(["window"]) == 1
    said = capsys.readouterr().err
    assert "No window can be opened here (no GTK or QT)" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("words", [["window"], ["tray"]])
def test_without_the_extra_one_sentence_says_what_to_install(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from importlib import util

    found: Any = util.find_spec
    missing = ("webview", "pystray")
    monkeypatch.setattr(
        util, "find_spec", lambda name, *more: None if name in missing else found(name, *more)
    )
    assert main(words) == 1
    assert "uv tool install '.[serve,desktop]'" in capsys.readouterr().err


class _Icon:
    """An icon of pystray that shows nothing."""

    def __init__(self, name: str, icon: Any, title: str, menu: Any) -> None:
        self.icon, self.title, self.menu = icon, title, menu
        self.visible = self.is_stopped = False

    def run(self, setup: Any) -> None:
        self.setup = setup

    def update_menu(self) -> None:
        self.shown = list(self.menu.items())

    def stop(self) -> None:
        self.is_stopped = True


class _Menu:
    SEPARATOR = ("-", None, {})

    def __init__(self, items: Any) -> None:
        self.items = items


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is drawn: text and color."""
    told: list[tuple[str, str]] = []
    draw = SimpleNamespace(text=lambda _, text, *, fill, font, anchor: told.append((text, fill)))
    stand_in(
        monkeypatch,
        "PIL",
        Image=SimpleNamespace(new=lambda *_: object()),
        ImageDraw=SimpleNamespace(Draw=lambda _: draw),
        ImageFont=SimpleNamespace(load_default=lambda _: None),
    )
    stand_in(
        monkeypatch,
        "pystray",
        Icon=_Icon,
        Menu=_Menu,
        MenuItem=lambda text, action, **more: (text, action, more),
    )
    return told


def test_the_tray_shows_the_gravest_window_and_opens_the_page(
    drawn: list[tuple[str, str]],
) -> None:
    opened: list[bool] = []
    made = Tray(lambda: LIVE, lambda: opened.append(True))
    made.run()
    icon: Any = made._icon
    made.look()
    assert drawn[-1] == ("76", "#f0b84a")
    assert [each[0] for each in icon.shown] == [
        "week: no limit known",
        "5 hours: 76%, reset in 2 h 5 min",
        "-",
        "Open",
        "Quit",
    ]
    icon.shown[3][1]()
    assert opened == [True]
    icon.shown[4][1]()
    assert icon.is_stopped
    icon.setup(icon)
    assert icon.visible


def test_the_tray_says_that_the_service_is_gone(drawn: list[tuple[str, str]]) -> None:
    def gone() -> dict[str, Any]:
        raise SettingsError("The service does not answer.")

    made = Tray(gone, lambda: None)
    made.look()
    icon: Any = made._icon
    assert icon.title == icon.shown[0][0] == "The service does not answer."
    assert drawn[-1] == ("?", "#a3adbd")


def test_a_desktop_without_a_tray_is_said_in_a_sentence(drawn: list[tuple[str, str]]) -> None:
    made = Tray(lambda: LIVE, lambda: None)
    icon: Any = made._icon

    def update_menu() -> None:
        raise AssertionError

    icon.update_menu = update_menu
    icon.run = lambda setup: setup(icon)
    with pytest.raises(SettingsError, match="no tray"):
        made.run()
    assert icon.is_stopped


def test_no_desktop_no_tray(drawn: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(SettingsError, match="no desktop here"):
        tray.run(Namespace())
