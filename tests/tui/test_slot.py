"""The slot between the monitor's threads and the screen, beside a slow reading of its rule."""

from __future__ import annotations

import gc
import threading
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from textual.message import Message

from engine.domain.snapshots import Snapshot
from tests.patience import PATIENCE
from tests.tui.fake_source import FakeSource
from tests.tui.live_pilot import live, screen_text
from tests.tui.live_samples import empty, events
from tui.live.messages import SnapshotTaken
from tui.live.slot import Slot
from tui.live.source import Source

_TAKE = -1
_BURST = 1_000
_EMPTY = empty()


@given(st.lists(st.integers(_TAKE, 5), max_size=30))
def test_it_holds_the_newest_of_what_was_put_since_it_was_taken(steps: list[int]):
    slot, waiting = Slot(), []
    for step in steps:
        if step == _TAKE:
            taken = slot.take()
            assert (taken.revision if taken else None) == max(waiting, default=None)
            waiting.clear()
        else:
            assert slot.put(replace(_EMPTY, revision=step)) == (not waiting)
            waiting.append(step)


def test_of_the_same_revision_the_later_is_held():
    slot = Slot()
    for moment in (1, 2):
        slot.put(replace(_EMPTY, generated_at=moment))
    taken = slot.take()
    assert taken is not None
    assert taken.generated_at == 2


def test_many_threads_never_leave_a_message_out_nor_two_to_wait():
    slot, told, taken = Slot(), deque[None](), []

    def put(first: int) -> None:
        for number in range(first, 2_000, 4):
            if slot.put(replace(_EMPTY, revision=number)):
                told.append(None)

    threads = [threading.Thread(target=put, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or told:
        assert len(told) <= 1
        if told:
            told.pop()
            taken.append(slot.take())
    assert None not in taken
    assert max(each.revision for each in taken) == 1_999
    assert slot.take() is None


async def test_a_screen_that_is_stuck_finds_one_snapshot_the_newest(
    monkeypatch: pytest.MonkeyPatch,
):
    source = FakeSource()
    async with live(source) as (app, pilot):
        posted: list[Message] = []
        drawn: list[int] = []
        post, show = app.post_message, app.get_default_screen().show

        def noted(message: Message) -> bool:
            posted.append(message)
            return post(message)

        def shown(newest: Snapshot) -> None:
            drawn.append(newest.revision)
            show(newest)

        monkeypatch.setattr(app, "post_message", noted)
        monkeypatch.setattr(app.get_default_screen(), "show", shown)
        level, ahead, reset = events()
        held, before = source.held, _snapshots()

        def burst() -> None:
            for number in range(1, _BURST + 1):
                if number in (300, 600):
                    source.happened.append(level if number == 300 else ahead)
                today = replace(held.today, cost=number * 10**12)
                source.put(replace(held, revision=1 + number, today=today))

        teller = threading.Thread(target=burst)
        teller.start()
        teller.join()  # The app's own loop stands still meanwhile.
        assert [type(each) for each in posted] == [SnapshotTaken]
        assert _snapshots() <= before + 1
        await pilot.pause()
        assert drawn[0] == 1 + _BURST
        assert "Today $1,000" in screen_text(app)
        told = app.get_default_screen().told
        assert told is not None
        assert told.text == ahead.text
        assert source.happened == []
        source.happened.append(reset)
        source.put(replace(source.held, revision=2 + _BURST))
        await pilot.pause()
        assert [type(each) for each in posted].count(SnapshotTaken) == 2


async def test_what_a_source_that_was_left_still_puts_is_not_drawn():
    demo, source = FakeSource(), FakeSource(empty())
    opened = threading.Event()

    def open_demo() -> Source:
        opened.set()
        return demo

    async with live(source, open_demo=open_demo) as (app, pilot):
        await pilot.press("d")
        assert opened.wait(PATIENCE)
        await pilot.pause(0.1)
        source.put(replace(empty(), revision=99))
        await pilot.pause()
        assert "$42.06" in screen_text(app)
        demo.put(replace(demo.held, revision=2, today=replace(demo.held.today, cost=7 * 10**12)))
        await pilot.pause()
        assert "Today $7.00" in screen_text(app)


def _snapshots() -> int:
    gc.collect()
    return sum(isinstance(each, Snapshot) for each in gc.get_objects())
