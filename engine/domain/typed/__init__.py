"""All that people type, on the command line, in a file or on the screen: parsed here and once."""
