"""`ccmon config`: shows, checks and edits the configuration."""

from __future__ import annotations

import os

from tui.options import values
from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.shared import CONFIG, JSON

_ACTIONS = ("show", "check", "edit", "path", "set")


def run(options: Namespace) -> int:
    """Do what is asked for; return the exit code: 0, or 2 for a configuration that is wrong."""
    if options.action == "set":
        return _set(options)
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
    from tui.config.places import user_file

    if options.action == "edit":
        from tui.config.edit import edit

        return edit(user_file(os.environ))
    print(user_file(os.environ))
    return 0


def _set(options: Namespace) -> int:
    """Keep a provider's key, which other programs call a setting."""
    from engine.domain.mistakes import SettingsError
    from engine.providers.accounts import Accounts
    from tui.commands.providers import NEVER_IN_ARGUMENTS, set_key
    from tui.config.settings import settings_of

    if options.more:
        raise UsageError(NEVER_IN_ARGUMENTS)
    name, _, what = (options.subject or "").removeprefix("providers.").partition(".")
    if not name or what.replace("-", "_") not in ("api_key", "key"):
        raise SettingsError(
            "ccmon config set keeps keys of providers, such as ccmon config set openai.api_key;"
            " all else is set by ccmon config edit."
        )
    return set_key(Accounts(settings_of(options)), name)


def _check(named: str | None) -> int:
    """Check one file, or all that are there; print a sentence on each."""
    from tui.config.check import check_place
    from tui.config.places import places

    found = [each for each in places(os.environ, named) if os.path.isfile(each.path)]
    if named is not None:
        project = os.path.basename(named) == os.path.basename(places(os.environ)[-1].path)
        found = [places(os.environ, named)[-1]._replace(is_project=project)]
    if not found:
        print("There is no configuration: ccmon config edit makes one.")
    return max([0, *(check_place(place) for place in found)])


COMMAND = Command(
    "config",
    "upkeep",
    "show, check or edit the configuration",
    run,
    own=(
        Option(
            (),
            "show (each value in force and where it comes from), check, edit, path, or set (a"
            " provider's key)",
            "ACTION",
            read=values.choice(_ACTIONS),
            choices=_ACTIONS,
            name="action",
        ),
        Option(
            (),
            "with show: the command whose values are shown; with check: the file; with set: such as"
            " openai.api_key",
            "SUBJECT",
            name="subject",
            is_required=False,
            completes="file",
        ),
        Option(
            (),
            "with show: the command's options, behind --",
            "OPTIONS",
            name="more",
            default=(),
            takes_all=True,
        ),
        JSON,
        CONFIG._replace(help="with show: read this configuration instead"),
    ),
    about="What can stand in a configuration and where it is looked for: ccmon help config.",
    examples=(
        ("ccmon config edit", "open config.toml, made with every key explained if there is none"),
        ("ccmon config show daily", "what ccmon daily would use"),
        ("ccmon config show daily -- --since 7d", "what ccmon daily --since 7d would use"),
        ("ccmon config check .ccmon.toml", "exit code 0 if the file is valid, else 2"),
    ),
    is_configurable=False,
)
