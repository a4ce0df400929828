"""The calendar as a picture: filled squares and short texts at places, in any format."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from engine.domain.calendars import Calendar
from engine.domain.choices import Measure
from tui.graph import words
from tui.graph.grid import month_marks, row_names, weeks_of

Tone = int
"""0 to 4 for the intensities, or one of those below."""
TITLE, TEXT, MUTED = 5, 6, 7

_SQUARE, _STEP = 11, 14
_LEFT, _TOP, _MARGIN = 48, 58, 16
_LINE = 16
LETTER_WIDTH, LETTER_HEIGHT = 6, 8
"""The cell of one letter at its usual size."""


class Square(Struct, frozen=True):
    """A filled square, and what it says of its day."""

    x: int
    y: int
    side: int
    tone: Tone
    told: str = ""


class Text(Struct, frozen=True):
    """A line of text whose first letter's cell begins at a place; letters are of one width."""

    x: int
    y: int
    text: str
    tone: Tone
    size: int = 1
    """How many times as large as usual."""

    @property
    def width(self) -> int:
        """How far it reaches."""
        return len(self.text) * LETTER_WIDTH * self.size


class Picture(Struct, frozen=True):
    """Everything that is drawn, and on what size."""

    width: int
    height: int
    title: str
    squares: tuple[Square, ...]
    texts: tuple[Text, ...]


def picture_of(calendar: Calendar, by: Measure) -> Picture:
    """Return the picture of a calendar: figures and the year, no name of project or path."""
    weeks = weeks_of(calendar)
    span = words.span_words(calendar)
    below = _TOP + 7 * _STEP + 10
    texts = [
        Text(_MARGIN, 14, f"ccmon · {span}", TITLE, 2),
        *(
            Text(_LEFT + column * _STEP, _TOP - 14, name, MUTED)
            for column, name in month_marks(calendar, weeks)
        ),
        *(
            Text(_MARGIN, _TOP + row * _STEP + 2, name, MUTED)
            for row, name in enumerate(row_names(calendar))
            if name
        ),
    ]
    squares = list(_days(calendar, by))
    for row, said in enumerate(words.summary_words(calendar, by)):
        texts.append(Text(_MARGIN, below + row * _LINE, said, TEXT))
    legend_squares, legend_texts = _legend(by, texts[-1].y + _LINE + 2)
    height = legend_squares[0].y + _SQUARE + _MARGIN
    reach = max(
        _LEFT + len(weeks) * _STEP - (_STEP - _SQUARE),
        *(text.x + text.width for text in (*texts, *legend_texts)),
    )
    return Picture(
        width=reach + _MARGIN,
        height=height,
        title=f"ccmon: {span}, by {by}",
        squares=(*squares, *legend_squares),
        texts=(*texts, *legend_texts),
    )


def _days(calendar: Calendar, by: Measure) -> list[Square]:
    made = []
    for column, week in enumerate(weeks_of(calendar)):
        for row in range(7):
            day = calendar.day(week + timedelta(days=row))
            if day is None:
                continue
            said = words.figure_words(day.figures, by) if day.is_active else ["nothing"]
            told = f"{day.day.isoformat()}: {' · '.join(said)}"
            place = _LEFT + column * _STEP, _TOP + row * _STEP
            made.append(Square(*place, _SQUARE, day.intensity(by), told))
    return made


def _legend(by: Measure, y: int) -> tuple[list[Square], list[Text]]:
    texts = [Text(_MARGIN, y + 2, "less", MUTED)]
    begin = _MARGIN + texts[0].width + LETTER_WIDTH
    squares = [Square(begin + intensity * _STEP, y, _SQUARE, intensity) for intensity in range(5)]
    texts.append(Text(begin + 5 * _STEP + LETTER_WIDTH - 3, y + 2, f"more, by {by}", MUTED))
    return squares, texts
