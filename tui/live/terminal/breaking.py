"""What a user is told where the live screen breaks."""

from __future__ import annotations

import os
import traceback


def broken_sentence(error: BaseException | None) -> str:
    """Return one sentence with the error's kind and place; never its text, which may be private."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    place = (
        f" in {os.path.basename(frames[-1].filename)}, line {frames[-1].lineno}" if frames else ""
    )
    kind = f" ({type(error).__name__}{place})" if error is not None else ""
    return (
        f"ccmon: the live screen met an error of its own{kind}: start it"
        " again, nothing that was counted is lost; if it comes back, please report it."
    )
