"""What the user has said that cannot hold."""

from __future__ import annotations


class SettingsError(Exception):
    """A setting that cannot hold; its text is one sentence for the user."""
