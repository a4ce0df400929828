"""`ccmon providers`: what providers of models say of one's accounts, and their keys."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.shared import COLOR, CONFIG, JSON, OFFLINE
from tui.options.values import hint, sentence_end
from tui.terminal.console import is_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.domain.provider_usage import ProviderAccount
    from engine.domain.settings import Settings
    from engine.providers.accounts import Accounts
    from tui.words.lines import Line

_ACTIONS = ("usage", "list", "check", "set", "unset", "enable", "disable", "refresh")
_OF_ONE = ("set", "unset", "enable", "disable")
NEVER_IN_ARGUMENTS = (
    "A key is never given as an argument, where other users and the shell's history see it:"
    " leave it out, and paste it where it is asked for or give it on standard input."
)


def run(options: Namespace) -> int:
    """Do what is asked; return the exit code. Raises `UsageError` and `SettingsError`."""
    if options.action not in _ACTIONS:
        end = sentence_end(hint(options.action, _ACTIONS))
        raise UsageError(f"There is no ccmon providers {options.action}: {end}")
    if options.more:
        raise UsageError(
            NEVER_IN_ARGUMENTS
            if options.action == "set"
            else f"ccmon providers {options.action} takes one name at most."
        )
    name = options.named or options.provider
    if options.named and options.provider and options.named != options.provider:
        raise UsageError("Two providers are named: name one.")
    if options.action in _OF_ONE and not name:
        raise UsageError(
            f"Which provider? Such as ccmon providers {options.action} openai; ccmon providers"
            " list names all."
        )
    from engine.providers.accounts import Accounts
    from tui.config.settings import settings_of

    settings = settings_of(options)
    accounts = Accounts(settings)
    match options.action:
        case "set":
            return set_key(accounts, name)
        case "unset":
            return _unset(accounts, name)
        case "enable" | "disable":
            return _enable(accounts, name, options.action == "enable")
        case "check":
            return _check(accounts, name)
        case "list":
            return _show(settings, accounts.all(), options, is_list=True)
    return _usage(settings, accounts, name, options)


def set_key(accounts: Accounts, name: str) -> int:
    """Take a key from the terminal, unseen, or from standard input, and keep it.

    Raises `SettingsError`.
    """
    account = accounts.one(name)
    where = accounts.set_key(name, _given_key(account))
    kept = "the system's keyring" if where == "keyring" else where
    if not accounts.one(name).is_enabled:
        _say(
            f"The key of {account.title} is kept in {kept}; it is not asked, since the"
            " configuration says enabled = false."
        )
        return 0
    _say(
        f"The key of {account.title} is kept in {kept}, and {account.title} is asked from now on:"
        f" ccmon providers check {name}."
    )
    return 0


def _given_key(account: ProviderAccount) -> str:
    if not is_terminal(sys.stdin):
        return sys.stdin.readline() if sys.stdin is not None else ""
    from getpass import getpass

    from engine.providers.registry import provider_of

    _say(f"{provider_of(account.id).key_help}.")
    return getpass(f"Paste the key of {account.title} (it is not shown): ")


def _unset(accounts: Accounts, name: str) -> int:
    was_kept = accounts.unset_key(name)
    account = accounts.one(name)
    what = "Its key is forgotten" if was_kept else "No key of it was kept"
    end = f"; {account.key.source} still has one, which is not used" if account.key else ""
    _say(f"{what}, and {account.title} is asked no more{end}.")
    return 0


def _enable(accounts: Accounts, name: str, is_enabled: bool) -> int:
    account = accounts.enable(name, is_enabled)
    if not is_enabled:
        _say(f"{account.title} is asked no more; its key and its last answer stay.")
        return 0
    if account.key is None:
        raise SettingsError(account.sentence)
    _say(
        f"{account.title} is asked from now on, with the key {account.key.hint} of"
        f" {account.key.source}: ccmon providers usage {name}."
    )
    return 0


def _check(accounts: Accounts, name: str) -> int:
    """Ask whether keys are good; return 0 where all are, else 1."""
    names = [name] if name else [each.id for each in accounts.enabled()]
    if not names:
        from tui.tables.providers_page import HOW_TO

        raise SettingsError(HOW_TO)
    code = 0
    for each in names:
        account = accounts.one(each)
        found, sentence = accounts.check(each)
        if found is None:
            code = 1
            _say(f"{account.title}: {sentence}")
            continue
        shown = f" {account.key.hint} of {account.key.source}" if account.key else ""
        kind = "may read usage" if found.kind == "admin" else "is good"
        _say(f"{account.title}: the key{shown} {kind}{f' ({found.says})' if found.says else ''}.")
    return code


def _usage(settings: Settings, accounts: Accounts, name: str, options: Namespace) -> int:
    """Ask where it is time to, or in any case for `refresh`, and show what is known."""
    if options.action == "refresh" and settings.is_offline:
        raise UsageError("A refresh needs the network: leave --offline out.")
    problem = accounts.refresh([name] if name else None, is_forced=options.action == "refresh")
    if problem:
        raise SettingsError(problem)
    shown = (accounts.one(name),) if name else accounts.enabled()
    return _show(settings, shown, options, with_days=bool(name))


def _show(
    settings: Settings,
    accounts: Sequence[ProviderAccount],
    options: Namespace,
    *,
    is_list: bool = False,
    with_days: bool = False,
) -> int:
    now = settings.clock()
    if options.json:
        from engine.documents.encoding import encode
        from engine.documents.providers import providers_document
        from tui.terminal.encoding import writable_json

        text = encode(providers_document(accounts, now, with_days=with_days))
        print(writable_json(text, sys.stdout.encoding))
        return 0
    from engine.domain.times import open_zone
    from tui.tables.look import Look
    from tui.tables.providers_page import list_lines, providers_lines
    from tui.tables.terminal import has_styles, print_lines, width_of

    zone, _ = open_zone(settings.zone, settings.environment)
    look = Look(width=width_of(sys.stdout), zone=zone)
    lines: list[Line] = (
        list_lines(accounts, look) if is_list else providers_lines(accounts, now, look)
    )
    print_lines(lines, is_styled=has_styles(options.color, sys.stdout))
    return 0


def _say(text: str) -> None:
    from tui.terminal.encoding import writable
    from tui.words.format import plain

    print(writable(plain(text), sys.stdout.encoding))


COMMAND = Command(
    "providers",
    "scripts",
    "what OpenAI, Anthropic and other providers say of your accounts: spend, balances, limits",
    run,
    own=(
        Option(
            (),
            "usage (what they say; the usual), list (all of them), check (whether keys are good),"
            " set or unset (a key), enable or disable, refresh (ask now)",
            "ACTION",
            choices=_ACTIONS,
            name="action",
            default="usage",
            is_required=False,
        ),
        Option((), "a provider by its id, such as openai", "NAME", name="named", is_required=False),
        Option((), "", "REST", name="more", default=(), takes_all=True, is_hidden=True),
        Option(
            ("--provider",),
            "only this provider, with its days in --json",
            "NAME",
            is_configurable=False,
        ),
        JSON,
        COLOR,
        OFFLINE,
        CONFIG,
    ),
    about="Nobody is asked before you enable or set a provider. A key in the environment, such as"
    " OPENAI_ADMIN_KEY or ANTHROPIC_ADMIN_KEY (or OPENAI_ADMIN_KEY_FILE), is only offered: enable"
    " takes it. set asks for a key without showing it, or reads it from standard input, and keeps"
    " it in the system's keyring where the Python package keyring is installed, else in a file of"
    " mode 0600.\n\nAnswers are kept and asked for anew every five minutes at most. What a provider"
    " or a key does not tell is said with the reason; it is never shown as 0. More: ccmon help"
    " providers.",
    examples=(
        ("ccmon providers list", "every provider, what it tells, and which keys are found"),
        ("ccmon providers set openai", "keep a key for ccmon and enable OpenAI"),
        ("ccmon providers enable anthropic", "use ANTHROPIC_ADMIN_KEY of the environment"),
        ("ccmon providers", "what the enabled ones say"),
        ("ccmon usage --provider openai --json", "one of them, with its days, for a script"),
    ),
)
