"""Which window stands above all, by the rule word by word; and every face says that one."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.documents.limits import limits_document
from engine.documents.live import live_document
from engine.domain.limit_windows import OFFICIAL, HitNow, WindowNow
from engine.domain.times import iso_time
from engine.limits.gravest import in_order
from engine.limits.status import status_of
from tests.conftest import NOW
from tests.made_answers import summary
from tests.made_limits import forecast, limits, window
from tests.made_lines import HOUR, MINUTE
from tests.tui.live_samples import snapshot
from tests.tui.test_one_forecast import drawn
from tui.commands.limits import check_line
from tui.live.frame.hit_banner import hit_view
from tui.live.frame.terminal_title import title_text
from tui.live.panes.hero import HeroPane, hero_view
from tui.tables.limits_page import limits_lines
from tui.tables.look import Look
from tui.tables.summary_page import summary_lines
from tui.words.limits import forecast_text, name_text, when
from tui.words.lines import text_of
from tui.words.plain import snapshot_lines

PRESENT, OTHER = "me/o", "you/o"
STORES = ("codex:plus@/c", "codex:pro@/c")
_WIDE = Look(width=240, zone="UTC")
_LABELS = {"five_hour": "5 hours", "seven_day": "Week", "seven_day:Fable": "Week · Fable"}


def made(owner: str, kind: str, how: str, hours: int, percent: int, ago: int) -> WindowNow:
    """Return a window: `how` is hit, foreseen to run out, open, extra usage, old, an estimate."""
    end, share = NOW + hours * HOUR, percent / 100
    given: dict[str, Any] = {"owner": owner, "resets_at": end, "captured_at": NOW - ago * MINUTE}
    name = kind if owner not in STORES else f"{kind}:codex"
    if how == "hit":
        share = 1.0
        given["state"] = "hit"
        given["hit"] = HitNow(name, _LABELS[kind], NOW - MINUTE, end, False, owner)
        given["level"] = "reached"
        given["forecast"] = forecast(is_frozen=True, share_at_reset=1.0)
    elif how == "runs out":
        given["forecast"] = forecast(reaches_at=NOW + (percent + 1) * 30_000)
    elif how == "estimate":
        share *= 4
        given |= {"source": "p90", "basis": "P90 of 9 finished blocks · estimate"}
        given["captured_at"] = None
    elif how == "extra usage":
        share = 1.0
        given |= {"state": how, "level": "reached"}
    elif how == "last known":
        given |= {"state": how, "forecast": forecast(share_at_reset=None)}
    return window(name, share, label=_LABELS[kind], **given)


def by_the_rule(windows: list[WindowNow]) -> list[WindowNow]:
    """Return the windows that may stand above all: more than one where they are alike."""
    of_stores = [each for each in windows if each.owner in STORES and each.captured_at is not None]
    newest = max((each.captured_at or 0, each.owner) for each in of_stores)[1] if of_stores else ""
    of_all = [each for each in windows if "Fable" not in each.window]
    for owner in (PRESENT, newest, None):
        found = [each for each in of_all if each.owner == owner and each.state != "last known"]
        if not found and owner is None:
            old = [each for each in of_all if each.owner in (PRESENT, newest)]
            found = [each for each in old if each.owner == PRESENT] or old
        if not found:
            continue
        hit = [each for each in found if each.state == "hit"]
        if hit:
            last = max(each.resets_at or 0 for each in hit)
            return [each for each in hit if each.resets_at == last]
        ahead = [each for each in found if each.forecast.reaches_at is not None]
        if ahead:
            first = min(each.forecast.reaches_at or 0 for each in ahead)
            return [each for each in ahead if each.forecast.reaches_at == first]
        full = max(min(each.used_share or 0, 1.0) for each in found)
        fullest = [each for each in found if min(each.used_share or 0, 1.0) == full]
        return [each for each in fullest if each.source in OFFICIAL] or fullest
    return []


WINDOWS = st.lists(
    st.builds(
        made,
        st.sampled_from((PRESENT, PRESENT, OTHER, *STORES)),
        st.sampled_from(("five_hour", "seven_day", "seven_day:Fable")),
        st.sampled_from(("hit", "runs out", "open", "extra usage", "last known", "estimate")),
        st.integers(1, 60),
        st.integers(1, 99),
        st.integers(0, 50),
    ),
    max_size=7,
    unique_by=lambda each: (each.owner, each.window),
)


@examples(deadline=None, max_examples=150)
@given(WINDOWS)
def test_the_gravest_window_is_the_one_of_the_rule(windows: list[WindowNow]) -> None:
    listed = in_order(windows, PRESENT)
    top = [replace(each, is_gravest=False) for each in listed if each.is_gravest]
    right = by_the_rule(windows)
    assert len(top) == min(len(right), 1)
    assert not top or top[0] in right


@examples(deadline=None, max_examples=40)
@given(WINDOWS)
def test_every_face_says_the_same_of_the_window_that_stands_above(windows: list[WindowNow]) -> None:
    listed = in_order(windows, PRESENT)
    top = next((each for each in listed if each.is_gravest), None)
    if top is None:
        return
    shown = limits(*listed, hit=top.hit)
    held = replace(snapshot(NOW), windows=listed, hit=top.hit, zone="UTC", events=())
    asked = replace(summary(), window=top, now=NOW, zone="UTC")
    end, said = when(top.resets_at or 0, NOW, "UTC"), forecast_text(top, NOW, "UTC")
    pages = (
        "\n".join(map(text_of, limits_lines(shown, _WIDE))),
        "\n".join(map(text_of, summary_lines(asked, _WIDE))),
        "\n".join(snapshot_lines(held)),
    )
    assert all(said in page for page in pages)
    sentence = drawn(HeroPane(), hero_view(held), 240, 1)
    assert end in sentence
    assert name_text(top).partition(" · ")[0] in sentence
    status = status_of(listed, top.hit)[0]
    live, alone = live_document(held), limits_document(shown, is_endpoint_asked=False)
    assert (live.status, live.hit, live.windows) == (alone.status, alone.hit, alone.windows)
    assert live.status == status
    (first,) = (each for each in live.windows if each.is_gravest)
    assert first.resets_at == iso_time(top.resets_at or 0)
    is_hit = top.state == "hit"
    assert ("used up  open again" in sentence) == is_hit
    assert ("LIMIT HIT" in title_text(held)) == is_hit
    assert (live.hit is not None) == is_hit
    if is_hit:
        assert status == "hit"
        assert all(
            f"{name_text(top)} · reset {end}" in page for page in (check_line(shown), pages[0])
        )
        view = hit_view(held)
        assert view is not None
        assert (view.label, view.reset) == (name_text(top), end)
