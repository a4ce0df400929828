"""Sends each warning over every channel that is on, but in quiet hours over none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo

from engine.domain.system import PLATFORM
from engine.notify import terminal
from engine.notify.channel import Channel
from engine.notify.channels import Channels
from engine.notify.command import CommandChannel
from engine.notify.desktop import DesktopChannel
from engine.notify.message import Message
from engine.notify.terminal import ProgressState, Terminal
from engine.notify.webhook import WebhookChannel


class Notifier:
    """The channels of one face. `close` it at the end, and write what `cleared` returns.

    `notice` gets one sentence when a channel fails, from a thread of that channel's.
    """

    def __init__(
        self,
        channels: Channels,
        *,
        zone: tzinfo,
        environment: Mapping[str, str],
        notice: Callable[[str], None],
        is_offline: bool = False,
        platform: str = PLATFORM,
    ) -> None:
        self._channels = channels
        self._zone = zone
        self.terminal = Terminal.of(environment)
        self._has_title = False
        self._slow: list[Channel] = []
        if channels.desktop:
            path = environment.get("PATH")
            self._slow.append(DesktopChannel(notice, platform=platform, path=path))
        if channels.command:
            self._slow.append(CommandChannel(channels.command, notice))
        if channels.webhook and is_offline:
            notice("Warnings are not sent to the webhook: ccmon runs with --offline.")
        elif channels.webhook:
            self._slow.append(WebhookChannel(channels.webhook, notice))

    def is_quiet(self, now: int) -> bool:
        """Say whether warnings are only drawn at a moment (UTC milliseconds)."""
        hours = self._channels.quiet_hours
        return hours is not None and hours.covers(now, self._zone)

    def send(self, message: Message, now: int) -> bytes:
        """Send a message; return what the face has to write to its terminal for it.

        The toast is the face's too, quiet hours or not. Returns at once, never raises.
        """
        if self.is_quiet(now):
            return b""
        for channel in self._slow:
            channel.send(message)
        written = terminal.notification(self.terminal, message) if self._channels.terminal else b""
        return written + (terminal.BELL if self._channels.bell else b"")

    def progress(self, state: ProgressState, percent: float) -> bytes:
        """Return what draws a used share in the taskbar or tab, where that is on."""
        if not self._channels.progress:
            return b""
        return terminal.progress(self.terminal, state, percent)

    def title(self, text: str) -> bytes:
        """Return what names the terminal's window or tab, where that is on."""
        if not self._channels.title:
            return b""
        is_first, self._has_title = not self._has_title, True
        return terminal.title(self.terminal, text, is_first=is_first)

    def cleared(self) -> bytes:
        """Return what takes progress and title away again."""
        title = terminal.old_title(self.terminal) if self._has_title else b""
        return title + (terminal.cleared(self.terminal) if self._channels.progress else b"")

    def close(self) -> None:
        """Let the channels finish, all within two seconds."""
        for channel in self._slow:
            channel.end()
        for channel in self._slow:
            channel.close()
