"""Sheets that are laid over the tabs."""
