"""How the live screen meets its terminal."""
