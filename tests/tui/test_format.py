import pytest
from rich.cells import cell_len

from engine.domain.model_labels import short_model
from engine.domain.responses import PICO
from tui.words.format import (
    ago,
    clock,
    day_clock,
    dollars,
    duration,
    fit,
    percent,
    plain,
    tokens,
    tokens_exact,
)

SUNDAY = 1_795_356_300_000
"""2026-11-22 14:05 UTC."""


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1.00k"),
        (9_994, "9.99k"),
        (9_995, "10.0k"),
        (99_949, "99.9k"),
        (99_950, "100k"),
        (999_499, "999k"),
        (999_500, "1.00M"),
        (1_240_113, "1.24M"),
        (61_000_000, "61.0M"),
        (2_500_000_000, "2.50B"),
        (1_000_000_000_000_000, "1000T"),
    ],
)
def test_tokens_keep_three_digits_across_every_unit(count, text):
    assert tokens(count) == text


def test_exact_tokens_keep_every_digit():
    assert tokens_exact(1_240_113) == "1,240,113"


@pytest.mark.parametrize(
    ("pico", "text"),
    [
        (0, "$0.00"),
        (1, "<$0.01"),
        (PICO // 100 - 1, "<$0.01"),
        (PICO // 100, "$0.01"),
        (PICO * 125 // 1_000, "$0.12"),
        (PICO * 135 // 1_000, "$0.14"),
        (PICO * 125 // 1_000 + 1, "$0.13"),
        (PICO * 1_234_567 + 1, "$1,234,567.00"),
        (10**9 * PICO + PICO // 100, "$1,000,000,000.01"),
        (-PICO * 3 // 2, "-$1.50"),
    ],
)
def test_dollars_round_exact_money_half_to_even(pico, text):
    assert dollars(pico) == text


def test_a_plus_says_that_responses_without_a_price_are_left_out():
    assert dollars(PICO, unpriced=True) == "$1.00+"
    assert dollars(1, unpriced=True) == "<$0.01+"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (-5, "0s"),
        (59_999, "59s"),
        (60_000, "1m"),
        (3_599_999, "59m"),
        (7_500_000, "2h 05m"),
        (86_400_000 * 3 + 3_600_000 * 4, "3d 04h"),
    ],
)
def test_duration_names_its_two_largest_units(milliseconds, text):
    assert duration(milliseconds) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(-1, "now"), (12_000, "12s ago"), (180_000, "3m ago"), (7_200_000, "2h ago"), (9e7, "1d ago")],
)
def test_ago_names_one_unit(milliseconds, text):
    assert ago(int(milliseconds)) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"),
        (0.001, "<1%"),
        (0.42, "42%"),
        (0.999, "99%"),
        (1.0, "100%"),
        (1.42, "142%"),
        (48.8, ">999%"),
    ],
)
def test_percent_never_rounds_to_nothing_or_to_all(share, text):
    assert percent(share) == text


def test_clocks_stand_in_the_zone_asked_for():
    assert clock(SUNDAY, "UTC") == "14:05"
    assert clock(SUNDAY, "Asia/Kolkata") == "19:35"
    assert day_clock(SUNDAY, "UTC") == "Sun 22 Nov 14:05"
    assert day_clock(SUNDAY, "Pacific/Auckland") == "Mon 23 Nov 03:05"


def test_a_time_of_another_year_names_it():
    assert day_clock(SUNDAY, "UTC", 2026) == "Sun 22 Nov 14:05"
    assert day_clock(SUNDAY, "UTC", 2027) == "22 Nov 2026 14:05"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\r\nlines\tand", "two lines and"),
        ("\x1b[31mred\x07", "[31mred"),
        ("safe\u202eexe.txt", "safeexe.txt"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("heart\u2764\ufe0f", "heart\u2764"),
        ("lone \ud800", "lone "),
        ("日本語", "日本語"),
    ],
)
def test_plain_text_cannot_steer_the_terminal(text, shown):
    assert plain(text) == shown


@pytest.mark.parametrize("text", ["", "abc", "a long text", "日本語のプロジェクト", "é👍x"])
@pytest.mark.parametrize("cells", [1, 2, 5, 9, 30])
def test_fitted_text_takes_exactly_its_cells(text, cells):
    assert cell_len(fit(text, cells)) == cells
    assert cell_len(fit(text, cells, "right")) == cells


def test_fitted_text_is_cut_with_an_ellipsis_or_padded_on_its_side():
    assert fit("abcdef", 4) == "abc…"
    assert fit("ab", 4) == "ab  "
    assert fit("ab", 4, "right") == "  ab"
    assert fit("日本語", 4) == "日 …"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("claude-opus-5-5-20260922", "Opus 5.5"),
        ("claude-opus-4-8", "Opus 4.8"),
        ("claude-sonnet-4-20250514", "Sonnet 4"),
        ("claude-3-5-sonnet-20241022", "Sonnet 3.5"),
        ("claude-3-opus-latest", "Opus 3"),
        ("anthropic/claude-haiku-4.5", "Haiku 4.5"),
        ("us.anthropic.claude-opus-4-8-20260101-v1:0", "Opus 4.8"),
        ("claude-sonnet-4-5@20250929", "Sonnet 4.5"),
        ("claude-opus-4-8[1m]", "Opus 4.8"),
        ("gpt-5.2-codex", "gpt-5.2-codex"),
        ("claude-nova", "claude-nova"),
        ("", "unknown"),
    ],
)
def test_models_are_called_by_their_everyday_names(name, short):
    assert short_model(name) == short


def test_a_name_made_to_be_slow_is_still_read_at_once():
    name = "a." * 50 + "claud"
    assert short_model(name) == name
