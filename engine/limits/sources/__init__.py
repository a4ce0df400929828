"""Official readings that other programs of Anthropic's keep in local files."""
