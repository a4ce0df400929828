"""The user's configuration: where it lies, what it may say, and what is in force."""
