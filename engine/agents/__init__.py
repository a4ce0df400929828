"""One file per coding agent: where its files lie, and how bytes become sightings."""
