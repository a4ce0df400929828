"""The words of the field, and what can be said of them without any input or output."""
