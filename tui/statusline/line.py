"""The status line as ccmon words it: parts, the most wanted first."""

# No annotation is put off here: as text, each would be compiled anew at every start.

from collections.abc import Iterator
from typing import Literal, NamedTuple

from engine.domain.hits import FIVE_HOUR, SEVEN_DAY, SPEND_LIMIT
from engine.domain.levels import LEVELS, Level, Levels, level_of
from tui.statusline.shown import Shown
from tui.words.format import percent, tokens

Tone = Literal["", "strong", "muted", "good", "warning", "bad"]

_WINDOWS = ((FIVE_HOUR, "5h"), (SEVEN_DAY, "7d"), (SPEND_LIMIT, "spend"))
GRAVEST, CONTEXT = -1, 3
"""The rank of the window that is fullest, which is the last to go, and of the context."""
_RATE_TONES: dict[str, Tone] = {"busy": "warning", "intense": "bad"}


class Piece(NamedTuple):
    """Text in one tone; a tone never says what the text does not."""

    text: str
    tone: Tone = ""


class Part(NamedTuple):
    """What stands or gives way together."""

    pieces: tuple[Piece, ...]
    topic: str = ""
    """Parts of one topic stand nearer to each other."""
    rank: int = 0
    """Of parts that do not fit the one with the highest rank gives way first."""
    short: tuple[Piece, ...] = ()
    """What says the least that it must, where there is less room."""


class Marks(NamedTuple):
    """Shares from which the context and the official windows change their tone."""

    context_low: float = 0.5
    context_medium: float = 0.8
    levels: Levels = LEVELS


def parts_of(shown: Shown, marks: Marks) -> tuple[Part, ...]:
    """Return the parts of the line that are known; narrow lines lose the lesser ones first."""
    return (
        *_model(shown),
        *_costs(shown),
        *_block(shown),
        *_windows(shown, marks.levels),
        *_context(shown, marks),
        *_rate(shown),
        *((Part((Piece("still reading", "muted"),), rank=7),) if shown.is_partial else ()),
        *((Part((Piece(shown.trouble, "warning"),), rank=2),) if shown.trouble else ()),
    )


def _model(shown: Shown) -> Iterator[Part]:
    name, effort = shown.model(), shown.hook.effort
    if name is not None:
        said = (Piece(f" ({effort})", "muted"),) if effort else ()
        yield Part((Piece(name, "strong"), *said), rank=1, short=(Piece(name, "strong"),))


def _costs(shown: Shown) -> Iterator[Part]:
    session, today = shown.session_cost(), shown.today_cost()
    if session is not None:
        yield Part((Piece(session), Piece(" session", "muted")), "cost", rank=4)
    if today is not None:
        yield Part((Piece(today), Piece(" today", "muted")), "cost", rank=6)


def _block(shown: Shown) -> Iterator[Part]:
    """Yield the block; where the official window's end is known, that one is told alone."""
    cost, left = shown.block_cost(), shown.block_left()
    if cost is not None:
        is_told = left is not None and shown.left(FIVE_HOUR) is None
        said = (Piece(f", {left} left", "muted"),) if is_told else ()
        yield Part((Piece("block ", "muted"), Piece(cost), *said), rank=5)
    elif shown.glance is not None:
        yield Part((Piece("no active block", "muted"),), rank=8)


def _windows(shown: Shown, levels: Levels) -> Iterator[Part]:
    model = shown.model_week()
    gravest = max((each.used_share for each in shown.windows.values()), default=0.0)
    named = (*_WINDOWS, (model, f"{model.partition(':')[2]} 7d")) if model else _WINDOWS
    for window, name in named:
        used, left = shown.used(window), shown.left(window)
        if used is None:
            continue
        tone = _tone_of_level(level_of(shown.windows[window].used_share, levels))
        said = (Piece(f" ({left} left)", "muted"),) if left is not None else ()
        short = (Piece(f"{name} ", "muted"), Piece(used, tone))
        is_gravest = shown.windows[window].used_share == gravest
        yield Part((*short, *said), "limits", rank=GRAVEST if is_gravest else 0, short=short)


def _tone_of_level(level: Level) -> Tone:
    if level in ("critical", "reached"):
        return "bad"
    return "warning" if level == "high" else ""


def _context(shown: Shown, marks: Marks) -> Iterator[Part]:
    count, share = shown.context_tokens(), shown.context_share()
    if shown.is_compacted():
        yield Part((Piece("context compacted", "muted"),), rank=CONTEXT)
    if count is None and share is None:
        return
    pieces = [Piece("context", "muted")]
    if count is not None:
        pieces.append(Piece(f" {tokens(count)}"))
    short = tuple(pieces)
    if share is not None:
        said = f" ({percent(share)})" if count is not None else f" {percent(share)}"
        pieces.append(Piece(said, _fill(share, marks)))
        short = (pieces[0], Piece(f" {percent(share)}", _fill(share, marks)))
    yield Part(tuple(pieces), rank=CONTEXT, short=short)


def _fill(share: float, marks: Marks) -> Tone:
    if share < marks.context_low:
        return "good"
    return "warning" if share < marks.context_medium else "bad"


def _rate(shown: Shown) -> Iterator[Part]:
    rate = shown.burn_rate()
    if rate is None or shown.glance is None or shown.glance.block is None:
        return
    word = shown.glance.burn_rate.word
    yield Part(
        (Piece(rate, _RATE_TONES.get(word, "") if shown.burn_words != "off" else ""),), rank=7
    )
