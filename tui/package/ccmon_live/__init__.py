"""ccmon as it is installed: one package, in which `engine` and `tui` lie under their own names.

Its directory comes first on `sys.path`, before any `engine` or `tui` of somebody else, and
nothing but this package stands at the top of where packages are installed. In an editable
installation this file is a copy, and both lie in the clone, which is further down on the path.
"""

import os
import sys

_IN_CLONE = os.path.join("tui", "package", "ccmon_live", "__init__.py")


def _place() -> str:
    here = os.path.dirname(os.path.abspath(__file__))
    if os.path.isdir(os.path.join(here, "engine")):
        return here
    clones = (path for path in sys.path if os.path.isfile(os.path.join(path, _IN_CLONE)))
    return next(clones, here)


sys.path.insert(0, _place())
