"""`ccmon restore`: puts a copy of the ledger back in its place."""

from __future__ import annotations

from tui.options.definition import Command, Namespace, Option
from tui.options.shared import LEDGER


def run(options: Namespace) -> int:
    """Put the copy back, and say what became of the ledger; return the exit code."""
    from engine.domain.paths import ledger_path
    from engine.ledger.copies import restore
    from tui.config.settings import settings_of

    restored = restore(ledger_path(settings_of(options)), options.file)
    print(f"Restored the ledger with {restored.responses:,} responses at {restored.path}.")
    if restored.replaced:
        print(f"The ledger that was there is kept as {restored.replaced}.")
    return 0


COMMAND = Command(
    "restore",
    "upkeep",
    "put a copy of the ledger back in its place",
    run,
    own=(
        Option(
            (),
            "a copy that ccmon backup made, or another whole ledger",
            "FILE",
            name="file",
            completes="file",
        ),
        LEDGER,
    ),
    about="The ledger that is there is kept under another name, and nothing changes where the copy"
    " is not whole. Screens that are open go on with it, and what transcripts tell besides is"
    " read again.",
    examples=(("ccmon restore ~/ccmon-backup.db", "go on with the copy"),),
    is_configurable=False,
)
