"""Words of a command line that no quoting carries through every shell, as base64."""

from __future__ import annotations

from collections.abc import Sequence

MORE = "--more-words"
"""What stands before such words; any command takes it."""


def packed(words: Sequence[str]) -> str:
    """Return words as one that every shell leaves as it is."""
    import base64

    data = "\0".join(words).encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unpacked(words: Sequence[str]) -> list[str]:
    """Return words with those put in that were packed; raises `ValueError` for broken ones."""
    import base64

    found: list[str] = []
    rest = iter(words)
    for word in rest:
        if word != MORE:
            found.append(word)
            continue
        given = next(rest, "")
        whole = given + "=" * (-len(given) % 4)
        data = base64.b64decode(whole.encode(), altchars=b"-_", validate=True)
        found += data.decode("utf-8", "surrogatepass").split("\0")
    return found
