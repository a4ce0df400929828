"""Cursor's usage, fetched from its web site for those who log in; nothing of it without."""
