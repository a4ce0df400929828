"""Warnings on their way to the user: the terminal, the desktop, a command, a webhook."""
