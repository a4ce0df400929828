"""The calendar of use, drawn on a terminal and as a picture."""
