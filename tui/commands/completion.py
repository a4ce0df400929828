"""`ccmon completion`: prints the script of a shell."""

from __future__ import annotations

from argparse import Namespace

from tui.options import values
from tui.options.definition import Command, Option

SHELLS = ("bash", "zsh", "fish", "powershell")


def run(options: Namespace) -> int:
    """Print the script; return the exit code."""
    print(script(options.shell), end="")
    return 0


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
