"""`ccmon backup`: copies the ledger into a file, while others may be using it."""

from __future__ import annotations

from tui.options.definition import Command, Namespace, Option
from tui.options.shared import LEDGER


def run(options: Namespace) -> int:
    """Copy, and say what was copied; return the exit code."""
    from engine.domain.paths import ledger_path
    from engine.ledger.copies import backup
    from tui.config.settings import settings_of

    copied = backup(ledger_path(settings_of(options)), options.file)
    print(f"Copied the ledger with {copied.responses:,} responses into {copied.path}.")
    return 0


COMMAND = Command(
    "backup",
    "upkeep",
    "copy the ledger into a file, also while screens are open",
    run,
    own=(
        Option(
            (), "the copy; one that is there is replaced", "FILE", name="file", completes="file"
        ),
        LEDGER,
    ),
    about="Claude Code deletes transcripts after 30 days; what was used before that is in ccmon's"
    " ledger alone. A copy is whole or not made, and readable by its owner only."
    "\n\nWhere a new ccmon changes the ledger's tables it keeps a copy of its own first, beside the"
    " ledger: ledger.db.of-version-N.",
    examples=(("ccmon backup ~/ccmon-backup.db", "copy the ledger"),),
    is_configurable=False,
)
