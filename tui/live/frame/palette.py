"""The command palette, safe to page through while its list has no lines."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette


class Palette(CommandPalette):
    """Textual's palette, whose list fails where it is paged in no room or with nothing in it."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Refuse what moves through the list while that has no lines."""
        if action == "command_list":
            commands = self.query_one(CommandList)
            if not commands.option_count or not commands.size.height:
                return False
        return super().check_action(action, parameters)
