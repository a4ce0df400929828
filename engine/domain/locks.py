"""A lock that the system lets go of however its process ends."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import msvcrt

    def take_lock(handle: int, *, alone: bool = True) -> bool:
        """Take the lock of an open file if it is free.

        Among others it is always free: a file that is open cannot be renamed here anyway.
        """
        if not alone:
            return True
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def take_lock(handle: int, *, alone: bool = True) -> bool:
        """Take the lock of an open file, alone or among others, if it is free.

        Where there are no locks nobody is alone, and everybody is among others.
        """
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return not alone
        return True
