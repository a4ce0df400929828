"""What makes the README's tables and the pictures."""
