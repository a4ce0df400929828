"""Other machines of a person, and of a team."""
