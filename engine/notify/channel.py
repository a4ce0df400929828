"""What slow channels share: messages wait in line for a thread that hands them over."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from threading import Condition, Event, Thread

from engine.notify.message import Message

MOST_WAITING = 32
"""Messages that wait for one channel; of more, the oldest are dropped."""
FLUSH = 2.0
"""Seconds that closing waits for what is under way."""

_REACTION = 0.2
"""Seconds of those in which a delivery that is told to end has to do so."""


class NotDelivered(Exception):
    """A message could not be handed over; the text is one sentence for the user."""


class Patience:
    """For how long a delivery may go on: as it likes, and shortly once ccmon ends."""

    def __init__(self) -> None:
        self._is_ending = Event()
        self._deadline = float("inf")

    @property
    def is_over(self) -> bool:
        """Whether a delivery has to stop."""
        return time.monotonic() >= self._deadline

    @property
    def left(self) -> float:
        """Seconds until a delivery has to stop."""
        return max(self._deadline - time.monotonic(), 0.0)

    def end_within(self, seconds: float) -> None:
        """Let what is under way go on for so long, and wait for nothing anew."""
        self._deadline = time.monotonic() + seconds
        self._is_ending.set()

    def pause(self, seconds: float) -> bool:
        """Wait before another try; return whether there is to be one."""
        return not self._is_ending.wait(seconds)


class Channel(ABC):
    """A way to the user that may take seconds.

    `send` returns at once and never raises; a thread hands the messages over in their order.
    A failure becomes one notice (one sentence, from that thread), the same one only once
    until a message got through.
    """

    name = "channel"

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        self._told = ""
        self._waiting: deque[Message] = deque(maxlen=MOST_WAITING)
        self._changed = Condition()
        self._patience = Patience()
        self._is_closed = False
        self._thread: Thread | None = None

    @abstractmethod
    def deliver(self, message: Message, patience: Patience) -> None:
        """Hand one message over, in the channel's thread; raises `NotDelivered`."""

    def send(self, message: Message) -> None:
        """Put a message in line."""
        with self._changed:
            if self._is_closed:
                return
            self._waiting.append(message)
            if self._thread is None:
                self._start()
            self._changed.notify()

    def end(self) -> None:
        """Take nothing more; what waits is handed over while there is time."""
        with self._changed:
            if self._is_closed:
                return
            self._is_closed = True
            self._patience.end_within(FLUSH - _REACTION)
            self._changed.notify()

    def close(self) -> None:
        """End, and wait for it: two seconds from `end` at most."""
        self.end()
        thread = self._thread
        if thread is not None:
            thread.join(self._patience.left + _REACTION)

    def hand_over(self, message: Message) -> None:
        """Deliver a message here and now; never raises, a failure becomes the notice."""
        try:
            self.deliver(message, self._patience)
        except NotDelivered as error:
            self._tell(str(error))
        except Exception as error:  # noqa: BLE001 - the thread's one boundary
            self._tell(f"A warning was not sent by {self.name} ({type(error).__name__}).")
        else:
            self._told = ""

    def _start(self) -> None:
        thread = Thread(target=self._run, name=f"ccmon-{self.name}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return
        self._thread = thread

    def _run(self) -> None:
        while (message := self._next()) is not None:
            self.hand_over(message)

    def _next(self) -> Message | None:
        """Wait for a message; `None` when there will be none."""
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
            if not self._waiting or self._patience.is_over:
                return None
            return self._waiting.popleft()

    def _tell(self, reason: str) -> None:
        if reason != self._told:
            self._told = reason
            self._notice(reason)
