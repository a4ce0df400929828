"""The channel to a web address of the user's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.domain.mistakes import SettingsError
from engine.domain.settings import system_clock
from engine.domain.times import SECOND
from engine.net.addresses import private_host, retry_after
from engine.notify.channel import Channel, NotDelivered, Patience
from engine.notify.message import Message, as_json

TIMEOUT = 10.0
"""Seconds that one try may take."""
PAUSES = (1.0, 4.0, 16.0)
"""Seconds before the second, third and fourth try."""
LONGEST_PAUSE = 60.0
"""A server that asks to be left alone for longer gets no further try of that message."""

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which another try may succeed."""


class _Refusal(Exception):
    """A try that failed; the text says why, `pause` (seconds) when to try again, if ever."""

    def __init__(self, reason: str, *, is_passing: bool, pause: float = 0.0) -> None:
        super().__init__(reason)
        self.is_passing = is_passing
        self.pause = pause


class WebhookChannel(Channel):
    """Posts each message as JSON. Redirects are not followed: the address given is the address.

    Addresses of webhooks are secrets: sentences name the host alone.
    """

    name = "webhook"

    def __init__(
        self,
        url: str,
        notice: Callable[[str], None],
        *,
        timeout: float = TIMEOUT,
        pauses: Sequence[float] = PAUSES,
        clock: Callable[[], int] = system_clock,
    ) -> None:
        super().__init__(notice)
        self._url = url
        self._host = checked_host(url)
        self._timeout = timeout
        self._pauses = tuple(pauses)
        self._clock = clock

    def deliver(self, message: Message, patience: Patience) -> None:
        """Post the message, again after each pause while that may help."""
        body = as_json(message)
        for pause in (*self._pauses, None):
            try:
                self._post(body)
            except _Refusal as refusal:
                longest = max(pause or 0.0, refusal.pause)
                is_last = pause is None or not refusal.is_passing or longest > LONGEST_PAUSE
                if is_last or not patience.pause(longest):
                    raise NotDelivered(
                        f"A warning did not reach the webhook at {self._host}: {refusal}."
                    ) from None
            else:
                return

    def _post(self, body: bytes) -> None:
        """Try once."""
        import httpx

        headers = {"Content-Type": "application/json", "User-Agent": "ccmon"}
        try:
            with (
                httpx.Client(timeout=self._timeout, follow_redirects=False) as client,
                client.stream("POST", self._url, content=body, headers=headers) as answer,
            ):
                status, asked = answer.status_code, answer.headers.get("Retry-After")
        except httpx.TimeoutException:
            reason = f"no answer within {self._timeout:g} s"
            raise _Refusal(reason, is_passing=True) from None
        except httpx.TransportError as error:
            reason = f"no connection ({type(error).__name__})"
            raise _Refusal(reason, is_passing=True) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            reason = f"it cannot be asked from here ({type(error).__name__}); check the address"
            raise _Refusal(reason, is_passing=False) from None
        if 300 <= status < 400:
            reason = "it redirects elsewhere; give the address that it redirects to"
            raise _Refusal(reason, is_passing=False)
        if not 200 <= status < 300:
            pause = (retry_after(asked, self._clock()) or 0) / SECOND
            reason = f"it answered with HTTP status {status}"
            raise _Refusal(reason, is_passing=status in _PASSING, pause=pause)


def checked_host(url: str) -> str:
    """Return the host of a webhook's address: https, or http to this machine.

    Raises `SettingsError` for any other.
    """
    host = private_host(url)
    if host is None:
        raise SettingsError(
            "A webhook is an https address, or an http address of this machine,"
            " such as https://hooks.example.org/ccmon."
        )
    return host
