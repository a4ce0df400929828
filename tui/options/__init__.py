"""The command line's definitions, and how a command line is read."""

from tui.options.commands import COMMANDS
from tui.options.definition import UsageError
from tui.options.parser import make_parser, parse

__all__ = ["COMMANDS", "UsageError", "make_parser", "parse"]
