"""The manual: every command and topic, as text for the terminal and as a man page."""

from tui.commands.help import run_help

__all__ = ["run_help"]
