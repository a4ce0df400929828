"""From files to sightings: what is there, what is new in it, and when it changes."""
