"""What stands around every tab: header, tabs, notices, footer."""
