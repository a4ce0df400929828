"""Bytes beside the picture: the bell, OSC 9, 777 and 99, OSC 9;4 progress and OSC 2 titles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, Self

from msgspec import Struct

from engine.notify.message import Message, plain

Program = Literal[
    "conemu", "foot", "ghostty", "iterm2", "kitty", "konsole", "mintty", "urxvt", "vscode",
    "vte", "warp", "wezterm", "windows_terminal", "other",
]  # fmt: skip
Multiplexer = Literal["none", "tmux", "screen", "zellij"]
ProgressState = Literal["normal", "error", "indeterminate", "warning"]

BELL = b"\a"
PROGRESS_LASTS = 15_000
"""Milliseconds after which Ghostty takes progress away unless it is sent again."""

_ESCAPE, _END = "\x1b", "\x1b\\"
_KEEP_TITLE, _GIVE_TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"
"""XTerm's stack of titles (XTWINOPS 22 and 23); terminals that have none pass over it."""
_LONGEST_TITLE = 100
_LONGEST_TEXT = 300
_LONGEST_SCREEN_STRING = 250
"""Bytes; GNU screen drops a longer string whole."""
_URGENCIES = {"information": 0, "warning": 1, "error": 2}
_STATES: dict[ProgressState, int] = {"normal": 1, "error": 2, "indeterminate": 3, "warning": 4}

_BY_TERM: tuple[tuple[str, Program], ...] = (
    ("xterm-kitty", "kitty"),
    ("xterm-ghostty", "ghostty"),
    ("wezterm", "wezterm"),
    ("foot", "foot"),
    ("rxvt", "urxvt"),
    ("mintty", "mintty"),
)
_BY_NAME: dict[str, Program] = {
    "ghostty": "ghostty",
    "iterm.app": "iterm2",
    "kitty": "kitty",
    "mintty": "mintty",
    "vscode": "vscode",
    "warpterminal": "warp",
    "wezterm": "wezterm",
}
_MULTIPLEXERS = ("tmux", "screen")
_BY_VARIABLE: tuple[tuple[str, Program], ...] = (
    ("KITTY_WINDOW_ID", "kitty"),
    ("GHOSTTY_RESOURCES_DIR", "ghostty"),
    ("WEZTERM_PANE", "wezterm"),
    ("ITERM_SESSION_ID", "iterm2"),
    ("WT_SESSION", "windows_terminal"),
    ("KONSOLE_VERSION", "konsole"),
    ("VTE_VERSION", "vte"),
)
_OSC_9: frozenset[Program] = frozenset({"iterm2"})
_OSC_777: frozenset[Program] = frozenset({"foot", "ghostty", "urxvt", "vte", "warp", "wezterm"})
_OSC_99: frozenset[Program] = frozenset({"kitty"})
_PROGRESS_SINCE: dict[Program, tuple[int, ...]] = {
    "conemu": (),
    "ghostty": (1, 2),
    "iterm2": (3, 6, 6),
    "konsole": (),
    "mintty": (),
    "vscode": (1, 97),
    "vte": (8000,),
    "wezterm": (20250209,),
    "windows_terminal": (),
}
"""First versions that draw OSC 9;4. Terminals that know only OSC 9 show it as a notification,
so one that is not listed, or whose version is not known, is sent none."""


class Terminal(Struct, frozen=True):
    """The terminal that draws, and what lies between it and this process."""

    program: Program = "other"
    version: tuple[int, ...] = ()
    """Empty where it is not known: a multiplexer hides most versions."""
    multiplexer: Multiplexer = "none"
    has_titles: bool = True
    """Not of a console that prints what it does not know."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Return what a process's environment says of its terminal."""
        multiplexer = _multiplexer_of(environment)
        program = _program_of(environment)
        has_titles = environment.get("TERM") not in ("dumb", "linux", "vt100", "vt220")
        return cls(program, _version_of(environment, program), multiplexer, has_titles)


def notification(terminal: Terminal, message: Message) -> bytes:
    """Return what shows a message as the terminal's own notification; empty if it has none."""
    if terminal.multiplexer == "zellij":
        return b""
    title, text = plain(message.title, _LONGEST_TITLE), plain(message.text, _LONGEST_TEXT)
    if terminal.program in _OSC_99:
        name = f"i=ccmon-{message.kind}"
        urgency = _URGENCIES[message.severity]
        return _sent(terminal, f"99;{name}:d=0:u={urgency};{title}") + _sent(
            terminal, f"99;{name}:d=1:p=body;{text}"
        )
    title, text = title.replace(";", ","), text.replace(";", ",")
    if terminal.program in _OSC_777:
        return _sent(terminal, f"777;notify;{title};{text}")
    if terminal.program in _OSC_9:
        return _sent(terminal, f"9;{title}: {text}")
    return b""


def progress(terminal: Terminal, state: ProgressState, percent: float) -> bytes:
    """Return what shows a percentage in the taskbar or tab; empty where that is not known to work.

    Repeat it within `PROGRESS_LASTS`, and send `cleared` at the end.
    """
    if not has_progress(terminal):
        return b""
    whole = min(max(int(percent), 0), 100)
    return _sent(terminal, f"9;4;{_STATES[state]};{whole}")


def cleared(terminal: Terminal) -> bytes:
    """Return what takes progress away; empty where none can have been shown."""
    return _sent(terminal, "9;4;0;0") if has_progress(terminal) else b""


def title(terminal: Terminal, text: str, *, is_first: bool = False) -> bytes:
    """Return what names the terminal's window or tab; the first time the old name is kept.

    A multiplexer takes the name for its own pane: nothing is passed on to the terminal outside.
    """
    if not terminal.has_titles:
        return b""
    kept = _KEEP_TITLE if is_first else ""
    return f"{kept}{_ESCAPE}]2;{plain(text, _LONGEST_TITLE)}{BELL.decode()}".encode()


def old_title(terminal: Terminal) -> bytes:
    """Return what gives the window or tab the name back that it had before `title`."""
    return _GIVE_TITLE_BACK.encode() if terminal.has_titles else b""


def has_progress(terminal: Terminal) -> bool:
    """Say whether the terminal is known to draw OSC 9;4."""
    since = _PROGRESS_SINCE.get(terminal.program)
    return since is not None and terminal.version >= since and terminal.multiplexer != "zellij"


def _sent(terminal: Terminal, command: str) -> bytes:
    """Return an operating system command, wrapped for the multiplexer to pass it on.

    tmux does so with `set -g allow-passthrough on`.
    """
    is_ended_by_string = terminal.program in ("kitty", "vte") and terminal.multiplexer != "screen"
    sequence = f"{_ESCAPE}]{command}{_END if is_ended_by_string else BELL.decode()}"
    if terminal.multiplexer == "tmux":
        return f"{_ESCAPE}Ptmux;{sequence.replace(_ESCAPE, _ESCAPE * 2)}{_END}".encode()
    if terminal.multiplexer == "screen":
        return b"".join(
            _ESCAPE.encode() + b"P" + part + _END.encode() for part in _parts(sequence.encode())
        )
    return sequence.encode()


def _parts(data: bytes) -> list[bytes]:
    step = _LONGEST_SCREEN_STRING
    return [data[start : start + step] for start in range(0, len(data), step)]


def _multiplexer_of(environment: Mapping[str, str]) -> Multiplexer:
    if environment.get("ZELLIJ"):
        return "zellij"
    if environment.get("TMUX") or environment.get("TERM", "").startswith("tmux"):
        return "tmux"
    return "screen" if environment.get("STY") else "none"


def _program_of(environment: Mapping[str, str]) -> Program:
    """Return the terminal; what it sets itself last counts before what it may have inherited."""
    term = environment.get("TERM", "")
    if term in ("dumb", "linux"):
        return "other"
    for start, program in _BY_TERM:
        if term.startswith(start):
            return program
    named = environment.get("TERM_PROGRAM", "").lower()
    if named and named not in _MULTIPLEXERS:
        return _BY_NAME.get(named, "other")
    for variable, program in _BY_VARIABLE:
        if environment.get(variable):
            return program
    if environment.get("LC_TERMINAL", "").lower() == "iterm2":
        return "iterm2"
    return "conemu" if environment.get("ConEmuANSI", "").upper() == "ON" else "other"


def _version_of(environment: Mapping[str, str], program: Program) -> tuple[int, ...]:
    told = ""
    if _BY_NAME.get(environment.get("TERM_PROGRAM", "").lower()) == program:
        told = environment.get("TERM_PROGRAM_VERSION", "")
    elif program == "vte":
        told = environment.get("VTE_VERSION", "")
    elif program == "iterm2":
        told = environment.get("LC_TERMINAL_VERSION", "")
    match = re.match(r"\d{1,9}(?:[.-]\d{1,9})*", told, re.ASCII)
    return tuple(int(number) for number in re.split("[.-]", match[0])) if match else ()
