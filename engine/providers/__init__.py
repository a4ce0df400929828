"""What providers of models say of the user's accounts: asked only where the user enabled them."""
