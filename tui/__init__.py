"""The faces of ccmon: the live screen, plain output, the command line; they compute nothing."""

from engine import __version__ as __version__
