"""The ledger: what lasts. SQLite, one transaction for responses, sums and cursors."""
