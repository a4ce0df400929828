"""What each terminal is sent, and what none is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.notify.terminal import (
    Program,
    ProgressState,
    Terminal,
    cleared,
    has_progress,
    notification,
    old_title,
    progress,
    title,
)
from tests.made_messages import message

KITTY = {"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}
ITERM = {"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6.9"}
GHOSTTY = {"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty", "TERM_PROGRAM_VERSION": "1.2.3"}
WEZTERM = {"TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20250209-182623-44866cc1"}
IN_TMUX = {"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.5a"} | {
    "TMUX": "/tmp/tmux-0/default,1,0"
}


@pytest.mark.parametrize(
    ("environment", "program", "version"),
    [
        (KITTY, "kitty", ()),
        (ITERM, "iterm2", (3, 6, 9)),
        (GHOSTTY, "ghostty", (1, 2, 3)),
        ({**GHOSTTY, "TERM_PROGRAM_VERSION": "1.3.0-main+abc"}, "ghostty", (1, 3, 0)),
        (WEZTERM, "wezterm", (20250209, 182623, 44866)),
        ({"TERM": "foot-extra"}, "foot", ()),
        ({"TERM": "rxvt-unicode-256color"}, "urxvt", ()),
        ({"TERM": "xterm-256color", "VTE_VERSION": "8001"}, "vte", (8001,)),
        ({"TERM": "xterm-256color", "WT_SESSION": "a-b"}, "windows_terminal", ()),
        ({"ConEmuANSI": "ON"}, "conemu", ()),
        ({"ConEmuANSI": "OFF"}, "other", ()),
        ({"TERM_PROGRAM": "vscode", "TERM_PROGRAM_VERSION": "1.99.1"}, "vscode", (1, 99, 1)),
        ({"LC_TERMINAL": "iTerm2", "LC_TERMINAL_VERSION": "3.6.6"}, "iterm2", (3, 6, 6)),
        ({"TERM": "xterm-256color"}, "other", ()),
        ({"TERM": "dumb", "KITTY_WINDOW_ID": "1"}, "other", ()),
        ({}, "other", ()),
    ],
)
def test_a_terminal_is_told_by_its_environment(
    environment: dict[str, str], program: str, version: tuple[int, ...]
) -> None:
    terminal = Terminal.of(environment)
    assert (terminal.program, terminal.version) == (program, version)


def test_a_terminal_started_from_another_is_not_taken_for_it() -> None:
    assert Terminal.of({**ITERM, **KITTY}).program == "kitty"
    assert Terminal.of({**ITERM, **KITTY}).version == ()
    assert Terminal.of({"TERM_PROGRAM": "Apple_Terminal", "WT_SESSION": "a"}).program == "other"


def test_inside_tmux_the_outer_terminal_counts_and_its_version_is_not_known() -> None:
    terminal = Terminal.of({**IN_TMUX, "GHOSTTY_RESOURCES_DIR": "/usr/share/ghostty"})
    assert terminal == Terminal("ghostty", (), "tmux")
    assert Terminal.of({"TERM": "screen", "STY": "1.pts", "KITTY_WINDOW_ID": "1"}) == Terminal(
        "kitty", (), "screen"
    )


def test_osc_9_carries_title_and_text_in_one_line() -> None:
    sent = notification(Terminal("iterm2"), message(title="a;b", text="c\nd"))
    assert sent == b"\x1b]9;a,b: c d\a"


@pytest.mark.parametrize("program", ["foot", "ghostty", "urxvt", "vte", "warp", "wezterm"])
def test_osc_777_has_a_title_and_a_text_without_separators(program: Program) -> None:
    sent = notification(Terminal(program), message(title="a;b", text="c;d é"))
    assert sent.startswith("\x1b]777;notify;a,b;c,d é".encode())
    assert sent.count(b";") == 3


def test_osc_99_sends_title_and_text_as_parts_of_one_notification() -> None:
    sent = notification(
        Terminal("kitty"), message(kind="hit", title="a;b", text="c", severity="error")
    )
    title, text = (
        b"\x1b]99;i=ccmon-hit:d=0:u=2;a;b\x1b\\",
        b"\x1b]99;i=ccmon-hit:d=1:p=body;c\x1b\\",
    )
    assert sent == title + text


@pytest.mark.parametrize(
    "terminal",
    [
        Terminal("other"),
        Terminal("windows_terminal"),
        Terminal("conemu"),
        Terminal("konsole"),
        Terminal("kitty", (), "zellij"),
    ],
)
def test_a_terminal_without_notifications_is_sent_none(terminal: Terminal) -> None:
    assert notification(terminal, message()) == b""


def test_tmux_passes_a_sequence_on_with_its_escapes_doubled() -> None:
    sent = notification(Terminal("kitty", (), "tmux"), message(kind="reset", title="a", text="b"))
    assert sent == (
        b"\x1bPtmux;\x1b\x1b]99;i=ccmon-reset:d=0:u=1;a\x1b\x1b\\\x1b\\"
        b"\x1bPtmux;\x1b\x1b]99;i=ccmon-reset:d=1:p=body;b\x1b\x1b\\\x1b\\"
    )


def test_screen_passes_a_long_sequence_on_in_parts_that_no_end_of_string_breaks() -> None:
    terminal = Terminal("kitty", (), "screen")
    sent = notification(terminal, message(title="a", text="0123456789" * 40))
    parts = re.findall(rb"\x1bP(.*?)\x1b\\", sent, re.DOTALL)
    assert all(len(part) <= 250 for part in parts)
    whole = b"".join(parts)
    assert whole.startswith(b"\x1b]99;i=ccmon-level:d=0:u=1;a\a\x1b]99;")
    assert whole.endswith(b"\a")
    assert b"\x1b\\" not in whole


@given(title=st.text(max_size=400), text=st.text(max_size=400))
@pytest.mark.parametrize("program", ["iterm2", "ghostty", "kitty"])
def test_no_text_ends_a_sequence_or_begins_another(program: Program, title: str, text: str) -> None:
    sent = notification(Terminal(program), message(title=title, text=text))
    sequences = 2 if program == "kitty" else 1
    inside = sent.replace(b"\x1b\\", b"\a").decode()
    assert inside.count("\a") == inside.count("\x1b]") == sequences
    signs = inside.replace("\x1b]", "").replace("\a", "")
    assert signs.isprintable()
    assert len(sent) < 2_200


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("normal", b"\x1b]9;4;1;42\a"),
        ("error", b"\x1b]9;4;2;42\a"),
        ("indeterminate", b"\x1b]9;4;3;42\a"),
        ("warning", b"\x1b]9;4;4;42\a"),
    ],
)
def test_progress_has_a_state_and_whole_percents(state: ProgressState, expected: bytes) -> None:
    assert progress(Terminal("windows_terminal"), state, 42.9) == expected


@pytest.mark.parametrize(("percent", "shown"), [(-3, b"0"), (100.0, b"100"), (250, b"100")])
def test_progress_stays_between_nothing_and_all(percent: float, shown: bytes) -> None:
    assert progress(Terminal("conemu"), "normal", percent) == b"\x1b]9;4;1;%s\a" % shown


@pytest.mark.parametrize(
    ("terminal", "does"),
    [
        (Terminal("windows_terminal"), True),
        (Terminal("conemu"), True),
        (Terminal("ghostty", (1, 2, 0)), True),
        (Terminal("ghostty", (1, 1, 9)), False),
        (Terminal("ghostty"), False),
        (Terminal("wezterm", (20250209, 182623)), True),
        (Terminal("wezterm", (20240203, 110809)), False),
        (Terminal("iterm2", (3, 6, 6)), True),
        (Terminal("iterm2", (3, 6, 5)), False),
        (Terminal("iterm2", (3, 5)), False),
        (Terminal("vte", (8000,)), True),
        (Terminal("vte", (7800,)), False),
        (Terminal("kitty", (0, 46)), False),
        (Terminal("foot"), False),
        (Terminal("other"), False),
        (Terminal("windows_terminal", (), "zellij"), False),
    ],
)
def test_progress_goes_only_to_terminals_known_to_draw_it(terminal: Terminal, does: bool) -> None:
    assert has_progress(terminal) is does
    assert bool(progress(terminal, "normal", 10)) is does
    assert bool(cleared(terminal)) is does


def test_progress_is_taken_away_through_tmux_too() -> None:
    assert cleared(Terminal("windows_terminal")) == b"\x1b]9;4;0;0\a"
    inside = Terminal("windows_terminal", (), "tmux")
    assert cleared(inside) == b"\x1bPtmux;\x1b\x1b]9;4;0;0\a\x1b\\"


def test_a_title_keeps_the_old_one_first_and_gives_it_back():
    terminal = Terminal.of(KITTY)
    assert title(terminal, "42% left", is_first=True) == b"\x1b[22;2t\x1b]2;42% left\a"
    assert title(terminal, "41% left") == b"\x1b]2;41% left\a"
    assert old_title(terminal) == b"\x1b[23;2t"


def test_a_title_is_the_panes_own_in_a_multiplexer():
    assert title(Terminal.of(IN_TMUX), "42% left") == b"\x1b]2;42% left\a"


@pytest.mark.parametrize("term", ["dumb", "linux", "vt100"])
def test_a_console_that_would_print_a_title_gets_none(term: str):
    terminal = Terminal.of({"TERM": term})
    assert title(terminal, "42% left", is_first=True) == old_title(terminal) == b""


@given(st.text())
def test_nothing_in_a_title_steers_the_terminal(text: str):
    sent = title(Terminal(), text).decode()
    assert sent.startswith("\x1b]2;")
    assert sent.endswith("\a")
    assert not any(sign in sent[4:-1] for sign in "\x1b\a\n\x9c")
