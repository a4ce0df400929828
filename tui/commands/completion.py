"""`ccmon completion`: prints the script of a shell."""

from __future__ import annotations

import sys

from tui.options import values
from tui.options.definition import Command, Namespace, Option, UsageError

SHELLS = ("bash", "zsh", "fish", "powershell")
_KINDS = ("zones", "projects", "models")


def run(options: Namespace) -> int:
    """Print the script, or the names that it asks for; return the exit code."""
    if options.values:
        from tui.terminal.encoding import writable

        print(writable("\n".join(_known(options)), sys.stdout.encoding))
        return 0
    if options.shell is None:
        raise UsageError(f"SHELL is missing: use one of {', '.join(SHELLS)}.")
    print(script(options.shell), end="")
    return 0


def _known(options: Namespace) -> list[str]:
    """Return the zones, or what the ledger knows of: projects by their last names, models.

    Nothing is read for it but the ledger.
    """
    if options.values == "zones":
        from zoneinfo import available_timezones

        return sorted(available_timezones())
    from engine.domain.questions import Question
    from engine.monitor import Monitor
    from tui.config.settings import settings_of
    from tui.words.format import plain

    with Monitor(settings_of(options)) as monitor:
        rows = monitor.answers.answer(Question(kind=options.values)).rows
    return sorted({plain(each.row.label) for each in rows if each.row.label})


def script(shell: str) -> str:
    """Return the completion script of one of `SHELLS`."""
    if shell == "bash":
        from tui.help.completion.bash import bash_script

        return bash_script()
    if shell == "zsh":
        from tui.help.completion.zsh import zsh_script

        return zsh_script()
    if shell == "fish":
        from tui.help.completion.fish import fish_script

        return fish_script()
    from tui.help.completion.powershell import powershell_script

    return powershell_script()


COMMAND = Command(
    "completion",
    "scripts",
    "print the completion script of a shell",
    run,
    own=(
        Option(
            (),
            "bash, zsh, fish or powershell",
            "SHELL",
            read=values.choice(SHELLS),
            choices=SHELLS,
            name="shell",
            is_required=False,
        ),
        Option(
            ("--values",),
            "print what can stand for an option: zones, projects or models",
            "KIND",
            read=values.choice(_KINDS),
            choices=_KINDS,
            is_hidden=True,
        ),
    ),
    examples=(
        ("source <(ccmon completion bash)", "in ~/.bashrc"),
        ("ccmon completion zsh > ~/.zfunc/_ccmon", "with ~/.zfunc in $fpath before compinit"),
        ("ccmon completion fish > ~/.config/fish/completions/ccmon.fish", "once"),
        ("ccmon completion powershell | Out-String | Invoke-Expression", "in $PROFILE"),
    ),
    is_configurable=False,
)
