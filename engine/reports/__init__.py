"""What a report answers: rows, tabs, details, and the one-shot questions."""
