"""What an option and a command are, for the parser, the configuration, completion and help."""

# No annotation is put off here: as text, each would be compiled anew at every start.

from collections.abc import Callable
from types import SimpleNamespace
from typing import Literal, NamedTuple

Completes = Literal["", "file", "directory", "agents", "sections", "zones", "projects", "models"]
"""What a shell offers for a value: names of files; several names, comma-separated (agents,
sections); names that ccmon is asked for while somebody types (zones, projects, models)."""
Group = Literal["watch", "reports", "scripts", "upkeep"]


class Namespace(SimpleNamespace):
    """The options in force of one command, by attribute."""


class WrongValue(Exception):
    """A value that an option cannot take; the text says what would be right."""


class UsageError(Exception):
    """A command line that cannot hold; the text is one sentence that says what would be right."""


class Option(NamedTuple):
    """One option, or one argument without a flag."""

    flags: tuple[str, ...]
    """All spellings that give the value or switch it on, the long one last; none: an argument."""
    help: str
    metavar: str = ""
    """What the value is called; empty: a switch."""
    read: Callable[[str], object] = str
    """Turns text into the value; raises `WrongValue` with what would be right."""
    choices: tuple[str, ...] = ()
    default: object = None
    """Of a switch usually `False`; `None` where neither is said yet."""
    off: tuple[str, ...] = ()
    """Flags that switch it off."""
    example: str = ""
    """A value as it could stand in a configuration file."""
    completes: Completes = ""
    name: str = ""
    """The attribute that holds the value, where it is not the long flag's."""
    one_of: str = ""
    """Options that name the same here exclude each other."""
    is_repeatable: bool = False
    is_required: bool = True
    """Of an argument without a flag."""
    takes_all: bool = False
    """An argument that takes all that is left."""
    is_hidden: bool = False
    """Accepted so that scripts keep working; shown nowhere."""
    is_configurable: bool = True
    is_private: bool = False
    """A project's own file may not set it."""

    @property
    def key(self) -> str:
        """Its name in a configuration file: the long flag without hyphens before it."""
        return self.flags[-1].lstrip("-") if self.flags else self.name

    @property
    def dest(self) -> str:
        """The attribute of the parsed options that holds its value."""
        return self.name or self.key.replace("-", "_")

    @property
    def spellings(self) -> tuple[str, ...]:
        """All flags, those that switch it off last."""
        return self.flags + self.off


class OptionGroup(NamedTuple):
    """Options that several commands share, under one title."""

    title: str
    options: tuple[Option, ...]


class Command(NamedTuple):
    """One command with everything that is said of it."""

    name: str
    group: Group
    summary: str
    """What it does, in one line."""
    run: Callable[[Namespace], int]
    """Does it and returns the exit code; raises `UsageError` and `SettingsError`."""
    shared: tuple[OptionGroup, ...] = ()
    own: tuple[Option, ...] = ()
    about: str = ""
    """Paragraphs, apart by empty lines."""
    examples: tuple[tuple[str, str], ...] = ()
    """Command lines, and what each does."""
    is_configurable: bool = True
    is_long: bool = False
    """It runs until it is ended."""
    takes_encoded_names: bool = False
    """Its arguments may be directory names of projects, which begin with a hyphen."""

    @property
    def options(self) -> tuple[Option, ...]:
        """All its options and arguments, its own first."""
        return self.own + tuple(option for group in self.shared for option in group.options)
