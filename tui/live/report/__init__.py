"""A report's tab: its table, filter and export."""
