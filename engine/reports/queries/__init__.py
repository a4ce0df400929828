"""Answers of one-shot reports, from the ledger's sums, without history in memory."""
