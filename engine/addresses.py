"""Which web addresses may be sent something of the user's."""

from __future__ import annotations

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def private_host(url: str) -> str | None:
    """Return the host of an address whose way nobody else can read, else `None`.

    That is https, or http to this machine.
    """
    from urllib.parse import urlsplit

    if not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return None
    is_private = parts.scheme == "https" or (parts.scheme == "http" and host in _THIS_MACHINE)
    return host if host and is_private else None
