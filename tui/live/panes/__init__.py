"""The panes of the first tab."""
