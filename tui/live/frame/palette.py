"""The command palette: one row for each thing that can be done on the present screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, Protocol, cast

from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen
from textual.types import IgnoreReturnCallbackType

from tui.live.keys import KEYS


class Command(NamedTuple):
    """Something that can be done: its name, the key for it if there is one, and the doing."""

    name: str
    key: str
    run: IgnoreReturnCallbackType

    @property
    def row(self) -> str:
        """The name and the key in one row."""
        return f"{self.name} · {self.key}" if self.key else self.name


def commands_of_keys(
    screen: Screen[object], *, is_on_tabs: bool, run: Callable[[str], Awaitable[object]]
) -> list[Command]:
    """Return what the keys do that act on a screen; other screens than the tabs have few."""
    return [
        Command(key.does, key.shown, partial(run, f"{key.place}.{key.action}"))
        for key in KEYS
        if key.in_palette
        and (
            key.place == "app"
            or (is_on_tabs and bool(screen.check_action(key.action.partition("(")[0], ())))
        )
    ]


class HasCommands(Protocol):
    """An app that says what can be done on the present screen, in the order to be listed."""

    def commands(self) -> list[Command]:
        """Return the commands."""


class Commands(Provider):
    """Lists the app's commands in its own order, and finds them by their names."""

    async def discover(self) -> Hits:
        """Yield every command."""
        for command in cast(HasCommands, self.app).commands():
            yield DiscoveryHit(command.row, command.run)

    async def search(self, query: str) -> Hits:
        """Yield the commands whose names match, the best first."""
        matcher = self.matcher(query)
        for command in cast(HasCommands, self.app).commands():
            if (score := matcher.match(command.row)) > 0:
                yield Hit(score, matcher.highlight(command.row), command.run, text=command.row)


class Palette(CommandPalette):
    """Textual's palette, whose list fails where it is paged in no room or with nothing in it."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Refuse what moves through the list while that has no lines."""
        if action == "command_list":
            commands = self.query_one(CommandList)
            if not commands.option_count or not commands.size.height:
                return False
        return super().check_action(action, parameters)
