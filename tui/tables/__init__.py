"""Reports as tables and pages that fit the terminal."""
