"""What one configuration file says, and where each word of it stands."""

# No annotation is put off here: as text, each would be compiled anew at every start.

from typing import NamedTuple

from tui.config.places import FileKind
from tui.options.definition import UsageError

DEFAULT_THRESHOLDS = (0.5, 0.75, 0.9)
LIMITED_WINDOWS = {"five-hour": "five_hour", "week": "seven_day"}
"""Keys of `[limits]` that say where the levels of one kind of window begin, with its name."""


class ConfigError(UsageError):
    """A configuration that cannot hold; one sentence with file, line and what would be right."""


class Origin(NamedTuple):
    """Where a value comes from."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}, line {self.line}"


class Found(NamedTuple):
    """A value with its origin."""

    value: object
    origin: Origin
    text: object = None
    """As it is written, where the value says that no more."""


class Layer(NamedTuple):
    """What one file sets.

    `values` are by command (an empty name: every command) and by the option's attribute;
    prices in USD per million tokens by model; `limits` and `notify` are those tables.
    """

    kind: FileKind
    path: str
    values: dict[str, dict[str, Found]]
    prices: dict[str, Found]
    projects: dict[str, Found]
    models: dict[str, Found]
    limits: dict[str, Found]
    notify: dict[str, Found]
    accounts: dict[str, Found]
    """What accounts are called, by id or config directory."""
    providers: dict[str, Found]
    """What is set by provider of models, and `cache-ttl`."""
    ignored: tuple[str, ...] = ()
    """Keys that mean nothing to ccmon, or values it cannot take over."""
    problem: str = ""
    """Why nothing could be read, where that is not an error."""


def empty_layer(kind: FileKind, path: str, problem: str = "") -> Layer:
    """Return a layer that sets nothing."""
    return Layer(kind, path, {}, {}, {}, {}, {}, {}, {}, {}, problem=problem)
