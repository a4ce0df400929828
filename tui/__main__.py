"""`ccmon` and `python -m tui`."""

import sys


def main() -> int:
    """Run a command; Ctrl-C ends it as quietly while it is still being loaded."""
    try:
        from tui.cli import main as run

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
