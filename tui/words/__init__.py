"""Figures, times and limits in the words that people read."""
