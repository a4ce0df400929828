"""Bars, curves and lines of inked text."""
