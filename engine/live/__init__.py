"""What is in memory while a monitor follows: read, kept current, and answered from."""
