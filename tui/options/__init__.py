"""The words of the command line: what options and commands are, and how they are read."""
