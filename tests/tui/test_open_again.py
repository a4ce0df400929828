"""That a window has begun anew is told only to those who want to know."""

from __future__ import annotations

from datetime import UTC

import pytest

from engine.notify.channels import Channels, channels_of
from tests.made_limits import event
from tests.tui.live_samples import snapshot
from tui.config.command_line import parse
from tui.live.frame.announcer import Announcer
from tui.live.source import LiveOptions


@pytest.mark.parametrize("is_wanted", [False, True])
def test_open_again_is_off_unless_it_is_asked_for(is_wanted: bool) -> None:
    assert not Channels().open_again
    channels = channels_of({"open-again": is_wanted, "bell": False})
    announcer = Announcer(LiveOptions(channels=channels), zone=UTC, notice=print, is_headless=True)
    reset = event(kind="reset", title="5 hours: open again", level="fine", owner="a/o")
    other = event(kind="hit", title="5 hours: limit hit", level="reached", owner="b/o")
    told = [each.title for each in announcer.tell([reset, other], snapshot())]
    announcer.close()
    assert ("5 hours: open again" in told) == is_wanted
    assert "5 hours: limit hit" in told, "of another owner"


def test_the_option_turns_it_on() -> None:
    from tui.config.settings import channels_of as channels_in_force

    assert channels_in_force(parse(["live", "--open-again"])).open_again
    assert not channels_in_force(parse(["live"])).open_again
