"""The faces of ccmon: the live screen, plain output, the command line; they compute nothing."""

__version__ = "0.1.0"
