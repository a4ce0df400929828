"""The providers' tab: there only where a provider is enabled, and never wider than the screen."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.made_accounts import made_account, made_accounts
from tests.tui.fake_source import FakeSource
from tests.tui.live_pilot import live, screen_text
from tests.tui.live_samples import NOW
from tui.tables.look import Look
from tui.tables.providers_page import HOW_TO, list_lines, providers_lines
from tui.words.lines import text_of


async def test_there_is_no_tab_where_none_is_enabled() -> None:
    source = FakeSource()
    async with live(source, size=(120, 24)) as (app, pilot):
        await pilot.press("0")
        assert "Providers" not in screen_text(app)
        await pilot.press("9", "tab")
        assert "Providers" not in screen_text(app)


async def test_it_shows_what_they_say_and_scrolls() -> None:
    source = FakeSource()
    source.accounts = [made_account(f"p{each}", f"Provider {each}") for each in range(9)]
    async with live(source, size=(120, 24), has_providers=True) as (app, pilot):
        await pilot.press("0")
        await pilot.pause(0.2)
        text = screen_text(app)
        assert "0 Providers" in text
        assert "$7.50" in text
        assert "Provider 8" not in text
        await pilot.press("G")
        await pilot.pause()
        assert "Provider 8" in screen_text(app)
        await pilot.press("g")
        await pilot.pause()
        assert "Provider 0" in screen_text(app)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_pages_fit_and_say_what_is_not_told(width: int) -> None:
    for lines in (
        providers_lines(made_accounts(), NOW, Look(width=width)),
        list_lines(made_accounts(), Look(width=width)),
        providers_lines([], NOW, Look(width=width)),
    ):
        assert all(cell_len(text_of(each)) <= width for each in lines)
    text = "\n".join(map(text_of, providers_lines(made_accounts(), NOW, Look(width=100))))
    assert "$2.50, 1.00 EUR" in text
    assert "no balance: it tells none" in text
    assert "wrong key" in text
    assert HOW_TO.partition(":")[0].split()[0] in text_of(
        providers_lines([], NOW, Look(width=90))[2]
    )


def test_nothing_untrusted_steers_the_terminal() -> None:
    account = made_account(title="Evil\x1b[31m\u202e", sentence="a\x1b]0;b\x07\nc")
    lines = providers_lines([account], NOW, Look(width=100))
    assert all(sign not in text_of(each) for each in lines for sign in "\x1b\x07\u202e\n")
