"""What the user has said that cannot hold."""

from __future__ import annotations

import errno

_QUOTA = getattr(errno, "EDQUOT", errno.ENOSPC)


class SettingsError(Exception):
    """A setting that cannot hold; its text is one sentence for the user."""


def has_no_room(error: BaseException) -> bool:
    """Say whether something could not be written since there is no room for it."""
    return getattr(error, "errno", None) in (errno.ENOSPC, _QUOTA)


def reason_of(error: OSError) -> str:
    """Return why something could not be read or written, in words that say what to do about it."""
    if error.errno == errno.ENOSPC:
        return "the disk is full"
    if error.errno == _QUOTA:
        return "your quota of the disk is used up"
    return error.strerror or str(error)
