"""`ccmon completion`: prints the script of a shell."""

from __future__ import annotations

from argparse import Namespace


def run_completion(options: Namespace) -> int:
    """Print the script; return the exit code."""
    print(script(options.shell), end="")
    return 0


def script(shell: str) -> str:
    """Return the completion script of `bash`, `zsh` or `fish`."""
    if shell == "bash":
        from tui.help.completion.bash import bash_script

        return bash_script()
    if shell == "zsh":
        from tui.help.completion.zsh import zsh_script

        return zsh_script()
    from tui.help.completion.fish import fish_script

    return fish_script()
