"""The command line: reads arguments, hands on to a face, and keeps errors to one sentence.

Nothing heavy is imported before it is known to be needed.
"""

from __future__ import annotations

import sys

from tui.startup import leave_garbage, skip_garbage
from tui.startup import settle as settle_garbage
from tui.terminal.streams import is_closed_pipe, prepare, settle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.options.definition import Namespace

_VERSION = ("-v", "-V", "--version")
_FAILED = 1
_WRONG_ARGUMENTS = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0, 1 for failure, 2 for wrong arguments.

    With the process's own arguments the process is ours, and its garbage too.
    """
    if arguments is None:
        skip_garbage()
    prepare()
    try:
        return _answer(sys.argv[1:] if arguments is None else arguments)
    finally:
        settle()
        if arguments is None:
            leave_garbage()


def _answer(words: Sequence[str]) -> int:
    try:
        code = _run_quickly(words)
        if code is None:
            code = _run(words)
        sys.stdout.flush()
        return code
    except OSError as error:
        if is_closed_pipe(error):
            return 0
        return _say(_told(error), _FAILED)
    except KeyboardInterrupt:
        return _INTERRUPTED


def _told(error: OSError) -> str:
    from engine.domain.mistakes import has_no_room, reason_of

    what, why = error.filename or "What was to be printed", reason_of(error)
    if has_no_room(error):
        return f"{why[:1].upper()}{why[1:]}: {what} cannot be written. Make room and try again."
    return f"{what} cannot be read or written ({why})."


def _run_quickly(words: Sequence[str]) -> int | None:
    """Do what needs no more than a few modules, `None` where the command needs more."""
    if words[:1] and words[0] in _VERSION:
        return _print_version()
    if words[:1] == ["statusline"]:
        from tui.statusline.again import print_again

        if print_again(words):
            return 0
    return None


def _print_version() -> int:
    from tui import __version__

    print(f"ccmon {__version__}")
    return 0


def _run(words: Sequence[str]) -> int:
    """Read the command line and do what it asks."""
    from tui.startup import import_msgspec

    import_msgspec()
    from engine.domain.mistakes import SettingsError
    from tui.config.command_line import parse
    from tui.options.definition import UsageError

    try:
        return _dispatch(parse(words))
    except UsageError as error:
        return _say(str(error), _WRONG_ARGUMENTS)
    except SettingsError as error:
        return _say(str(error), _FAILED)


def _dispatch(options: Namespace) -> int:
    """Run the command; only one that runs for long needs garbage collected."""
    if options.command == "version":
        return _print_version()
    from tui.options.catalog import find_command

    command = find_command(options.command)
    if command.is_long:
        settle_garbage()
    return command.run(options)


def _say(sentence: str, code: int) -> int:
    """Tell an error on one line; what it quotes, such as a file's words, steers no terminal."""
    from tui.words.format import plain

    try:
        print(f"ccmon: {plain(sentence)}", file=sys.stderr)
    except OSError:
        return code
    return code
