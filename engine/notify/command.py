"""The channel to a command of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.notify.channel import Channel, Patience
from engine.notify.message import Message, as_json
from engine.notify.process import run

TIMEOUT = 10.0
"""Seconds after which the command is ended."""


class CommandChannel(Channel):
    """Runs a command for each message, with the message as JSON on its standard input.

    A list is a program and its arguments; a text is given to the system's shell.
    """

    name = "command"

    def __init__(
        self,
        command: str | Sequence[str],
        notice: Callable[[str], None],
        timeout: float = TIMEOUT,
    ) -> None:
        super().__init__(notice)
        self._command = command if isinstance(command, str) else list(command)
        self._timeout = timeout

    def deliver(self, message: Message, patience: Patience) -> None:
        """Run the command once."""
        run(
            self._command,
            as_json(message) + b"\n",
            name="The command for warnings",
            timeout=self._timeout,
            patience=patience,
        )
