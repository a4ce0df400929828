"""The one rule of column widths, on the screen and on paper."""

from hypothesis import given
from hypothesis import strategies as st

from tui.words.widths import Width, needed, shared

_WIDTHS = st.lists(
    st.builds(
        lambda least, more: Width(least, least + more), st.integers(0, 20), st.integers(0, 30)
    ),
    min_size=1,
    max_size=9,
)


@given(_WIDTHS, st.integers(0, 200), st.integers(1, 2))
def test_no_column_has_less_than_its_least_or_more_than_it_wants(
    widths: list[Width], room: int, gap: int
) -> None:
    cells = shared(widths, room, gap)
    assert all(least <= each <= wish for each, (least, wish) in zip(cells, widths, strict=True))


@given(_WIDTHS, st.integers(0, 200), st.integers(1, 2))
def test_all_room_is_used_and_goes_to_the_first_columns_first(
    widths: list[Width], room: int, gap: int
) -> None:
    cells = shared(widths, room, gap)
    used = sum(cells) + gap * (len(cells) - 1)
    assert used <= max(room, needed(widths, gap))
    lacking = [place for place, each in enumerate(cells) if each < widths[place].wish]
    if lacking:
        assert used >= room
        assert all(
            cells[place] == widths[place].least for place in range(lacking[0] + 1, len(cells))
        )
