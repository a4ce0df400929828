"""What the live screen is told: messages name what has happened."""

from __future__ import annotations

from textual.message import Message

from tui.live.frame.footer import Told
from tui.live.source import Source


class SnapshotTaken(Message, bubble=False):
    """A snapshot is in the slot; of several that were put there, the newest alone is drawn."""


class DemoOpened(Message, bubble=False):
    """The demo was written and a monitor stands ready on it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        super().__init__()


class DemoFailed(Message, bubble=False):
    """The demo could not be written; the text is one sentence for the user."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__()


class ChannelFailed(Message, bubble=False):
    """A warning could not be sent; the text is one sentence for the user."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__()


class Said(Message):
    """Something is to be told in the bottom line for so many seconds."""

    def __init__(self, told: Told, seconds: float) -> None:
        self.told = told
        self.seconds = seconds
        super().__init__()
