"""What makes starting quick, in one place; times are processor time on one core of a server.

- `import_msgspec` saves 7 of the 47 ms of a process that imports msgspec alone, and 6 more by
  what stands for `platform`, `urllib.parse` and `textwrap`.
- `skip_garbage` and `leave_garbage` save 21 of the 107 ms of `ccmon daily --json`.
- `hold_garbage` saves 50 of the 430 ms until the live screen stands.
"""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_BACKPORTS = "typing_extensions"


def import_msgspec() -> None:
    """Import msgspec as it is where `typing_extensions` is not installed.

    It then takes `get_type_hints`, `Required` and `NotRequired` from `typing`, which has them
    since Python 3.11. The backports load `inspect`, `ast`, `dis` and `tokenize`. Who needs them
    later imports them as ever; a msgspec that insists on them gets them.
    """
    if _BACKPORTS in sys.modules or "msgspec" in sys.modules:
        return
    if hasattr(os, "uname"):
        _import_beside("uuid", "platform", system=lambda: os.uname().sysname)
    _import_beside("pathlib", "urllib.parse", quote_from_bytes=_quote_from_bytes)
    sys.modules[_BACKPORTS] = None  # type: ignore[assignment]
    try:
        _import_beside("msgspec", "textwrap", dedent=_dedent)
    finally:
        del sys.modules[_BACKPORTS]


def _import_beside(name: str, unneeded: str, **used: Callable[..., str]) -> None:
    """Import a module without one that it imports and hardly uses, which takes longer to load.

    In its place stands what is used of it: for `uuid` the system's name, for `pathlib` what
    makes addresses of paths, for msgspec what tidies docstrings in JSON Schemas. Who needs it
    later imports it as ever, and a module that asks it for more than that does at once.
    """
    if name in sys.modules or unneeded in sys.modules:
        return
    stand_in = type(sys)(unneeded)
    vars(stand_in).update(used)
    sys.modules[unneeded] = stand_in
    try:
        __import__(name)
    except (ImportError, AttributeError):
        sys.modules.pop(name, None)
    finally:
        del sys.modules[unneeded]


def _quote_from_bytes(path: bytes) -> str:
    from urllib.parse import quote_from_bytes

    return quote_from_bytes(path)


def _dedent(text: str) -> str:
    from textwrap import dedent

    return dedent(text)


def skip_garbage() -> None:
    """Look for no garbage: what a short command loads and reads stays to its end anyway."""
    gc.disable()


def leave_garbage() -> None:
    """Let a process end without a look through all that it has loaded."""
    gc.freeze()


def hold_garbage() -> None:
    """Look for none until `settle`: loading the screen makes much and throws little away."""
    gc.disable()


def settle() -> None:
    """Look for garbage from now on, but never again through what has been loaded so far."""
    gc.freeze()
    gc.enable()
