"""Completion of the command line in bash, zsh and fish, from the parser's definitions."""

from tui.commands.completion import run_completion

__all__ = ["run_completion"]
