"""The usage endpoint, asked only where the user has turned that on."""
