"""Imports msgspec without what it has no use for on the Pythons that ccmon runs on."""

import sys

_BACKPORTS = "typing_extensions"


def import_msgspec() -> None:
    """Import msgspec as it is where `typing_extensions` is not installed.

    It then takes `get_type_hints`, `Required` and `NotRequired` from `typing`, which has them
    since Python 3.11. The backports load `inspect`, `ast`, `dis` and `tokenize`: a third of the
    time that a status line takes to start. Who needs them later imports them as ever; a msgspec
    that insists on them gets them.
    """
    if _BACKPORTS in sys.modules or "msgspec" in sys.modules:
        return
    sys.modules[_BACKPORTS] = None  # type: ignore[assignment]
    try:
        import msgspec  # noqa: F401
    except ImportError:
        return
    finally:
        del sys.modules[_BACKPORTS]
