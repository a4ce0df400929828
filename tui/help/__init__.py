"""The manual: every command and topic, as text for the terminal and as a man page."""
