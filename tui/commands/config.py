"""`ccmon config`: shows, checks and edits the configuration."""

from __future__ import annotations

import os
from argparse import Namespace

from tui.config.places import places, user_file
from tui.options.definition import UsageError


def run_config(options: Namespace) -> int:
    """Do what is asked for; return the exit code: 0, or 1 for a configuration that is wrong."""
    if options.more and options.action != "show":
        raise UsageError(f"ccmon config {options.action} takes no '{options.more[0]}' here.")
    match options.action:
        case "show":
            from tui.config.show import show

            return show(options)
        case "check":
            return _check(options.subject)
    if options.subject is not None:
        raise UsageError(f"ccmon config {options.action} takes no '{options.subject}' here.")
    if options.action == "edit":
        from tui.config.edit import edit

        return edit(user_file(os.environ))
    print(user_file(os.environ))
    return 0


def _check(named: str | None) -> int:
    """Check one file, or all that are there; print a sentence on each."""
    from tui.config.checking import check_place

    found = [each for each in places(os.environ, named) if os.path.isfile(each.path)]
    if named is not None:
        project = os.path.basename(named) == os.path.basename(places(os.environ)[-1].path)
        found = [places(os.environ, named)[-1]._replace(is_project=project)]
    if not found:
        print("There is no configuration: ccmon config edit makes one.")
    return max([0, *(check_place(place) for place in found)])
