"""The year's calendar on the screen."""
