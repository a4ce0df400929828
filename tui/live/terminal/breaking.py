"""What a user is told where the live screen breaks."""

from __future__ import annotations

import os
import traceback

from rich.text import Text


def broken_sentence(error: BaseException | None) -> Text:
    """Return one sentence with the error's kind and place; never its text, which may be private."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    place = (
        f" in {os.path.basename(frames[-1].filename)}, line {frames[-1].lineno}" if frames else ""
    )
    return Text(
        f"ccmon: the live screen met an error of its own ({type(error).__name__}{place}): start it"
        " again, nothing that was counted is lost; if it comes back, please report it."
    )
