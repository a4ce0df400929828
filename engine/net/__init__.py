"""What goes for every connection: whom to ask, how long, when again, and where its key is kept."""
