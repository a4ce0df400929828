"""Limits: what the active block is measured against, and when to warn."""
