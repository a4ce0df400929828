"""Sums that grow by a difference: slots, days, blocks, sessions, recent responses."""
