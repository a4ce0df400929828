"""`ccmon`, `ccmon-live` and `python -m ccmon_live`."""

import sys


def main() -> int:
    """Run a command."""
    from tui.__main__ import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
