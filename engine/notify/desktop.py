"""The channel to the desktop's own notifications, by the program that is there for it."""

from __future__ import annotations

import base64
import html
import shutil
from collections.abc import Callable
from typing import Literal

from engine.domain.system import PLATFORM
from engine.notify.channel import Channel, NotDelivered, Patience
from engine.notify.message import Message, plain
from engine.notify.process import run

TIMEOUT = 10.0
"""Seconds after which the program is ended; PowerShell alone may take some to start."""

Notifier = Literal["notify-send", "osascript", "powershell"]

_LONGEST_TITLE = 100
_LONGEST_TEXT = 400
_URGENCIES = {"information": "low", "warning": "normal", "error": "critical"}
_PROGRAMS: dict[Notifier, tuple[str, ...]] = {
    "notify-send": ("notify-send",),
    "osascript": ("osascript",),
    "powershell": ("powershell", "powershell.exe"),
}
_APPLESCRIPT = (
    "on run argv",
    "display notification (item 3 of argv) with title (item 1 of argv) subtitle (item 2 of argv)",
    "end run",
)
_POWERSHELL_ID = r"{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe"
_TOAST = (
    "$ErrorActionPreference = 'Stop'",
    "$null = [Windows.UI.Notifications.ToastNotificationManager,"
    "Windows.UI.Notifications,ContentType=WindowsRuntime]",
    "$kind = [Windows.UI.Notifications.ToastTemplateType]::ToastText02",
    "$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent($kind)",
    "$lines = $xml.GetElementsByTagName('text')",
    "$told = {told}",
    "foreach ($at in 0, 1) {{",
    "$text = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($told[$at]))",
    "$null = $lines.Item($at).AppendChild($xml.CreateTextNode($text))",
    "}}",
    "$toast = [Windows.UI.Notifications.ToastNotification]::new($xml)",
    "$by = [Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier('{by}')",
    "$by.Show($toast)",
)
"""For Windows PowerShell 5. The words to show stand in it as base64, never as code."""


class DesktopChannel(Channel):
    """Shows each message as a notification of the desktop.

    `platform` is `sys.platform`, `path` a search path of programs (`None` is the process's).
    """

    name = "desktop"

    def __init__(
        self,
        notice: Callable[[str], None],
        *,
        platform: str = PLATFORM,
        path: str | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        super().__init__(notice)
        self._platform = platform
        self._path = path
        self._timeout = timeout

    def deliver(self, message: Message, patience: Patience) -> None:
        """Run the desktop's program once."""
        found = find_notifier(self._platform, self._path)
        if found is None:
            raise NotDelivered(
                "There is no program for desktop notifications:"
                " install notify-send (libnotify), or turn 'desktop' off under [notify]."
            )
        notifier, program = found
        run(
            arguments_of(notifier, program, message),
            b"",
            name=f"The desktop notification by {notifier}",
            timeout=self._timeout,
            patience=patience,
        )


def find_notifier(platform: str, path: str | None = None) -> tuple[Notifier, str] | None:
    """Return the kind and place of the program that shows notifications here.

    On Linux that may be Windows' own, under WSL.
    """
    wanted: tuple[Notifier, ...] = ("notify-send", "powershell")
    if platform == "darwin":
        wanted = ("osascript", "notify-send")
    elif platform == "win32":
        wanted = ("powershell",)
    for notifier in wanted:
        for program in _PROGRAMS[notifier]:
            place = shutil.which(program, path=path)
            if place is not None:
                return notifier, place
    return None


def arguments_of(notifier: Notifier, program: str, message: Message) -> list[str]:
    """Return the command that shows a message; its words never become options or code."""
    title, text = plain(message.title, _LONGEST_TITLE), plain(message.text, _LONGEST_TEXT)
    if notifier == "notify-send":
        urgency = _URGENCIES[message.severity]
        options = ["--app-name=ccmon", f"--urgency={urgency}"]
        return [program, *options, "--", title, html.escape(text, quote=False)]
    if notifier == "osascript":
        lines = [part for line in _APPLESCRIPT for part in ("-e", line)]
        return [program, *lines, "ccmon", title, text]
    script = _base64(_toast_script(title, text).encode("utf-16-le"))
    return [program, "-NoProfile", "-NonInteractive", "-EncodedCommand", script]


def _toast_script(title: str, text: str) -> str:
    told = ", ".join(f"'{_base64(each.encode())}'" for each in (title, text))
    return "\n".join(_TOAST).format(told=told, by=_POWERSHELL_ID)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
