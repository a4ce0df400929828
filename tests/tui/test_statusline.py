"""The status line's words: parts, formats, widths, templates."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.domain.glances import Glance
from engine.domain.reports import Figures
from engine.domain.responses import PICO, Tokens
from engine.domain.snapshots import Block, BurnRate
from engine.limits.readings import Reading
from tests.conftest import NOW
from tests.made_lines import DAY, HOUR, MINUTE
from tui.config.command_line import parse
from tui.options.definition import UsageError
from tui.statusline.answer import worded
from tui.statusline.hook import Hook
from tui.statusline.outputs import cut, width
from tui.statusline.shown import FIELDS, Shown
from tui.statusline.template import fill, unknown_fields
from tui.statusline.usage import check_template

ESC = "\x1b"


def figures(dollars: float, tokens: int = 1_000, **more: Any) -> Figures:
    return Figures(1, Tokens(input=tokens), round(dollars * PICO), ("claude-opus-5-5",), **more)


BLOCK = Block(
    start=NOW - 161 * MINUTE,
    end=NOW + 139 * MINUTE,
    figures=figures(6.1),
    by_model=(),
    elapsed=161 * MINUTE,
    remaining=139 * MINUTE,
    elapsed_share=0.53,
)
GLANCE = Glance(
    now=NOW,
    zone="UTC",
    session=figures(1.3, 40_000),
    today=figures(18.4, 2_000_000),
    block=BLOCK,
    burn_rate=BurnRate(600_000, 90_000.0, 2_500.0, round(4.2 * PICO), "busy"),
    context=51_000,
)
HOOK = Hook(
    session="s1",
    model="Opus 5.5",
    effort="high",
    cost=round(1.23 * PICO),
    context_tokens=123_456,
    context_size=200_000,
    context_share=0.62,
)
WINDOWS = {
    "five_hour": Reading("five_hour", 0.42, NOW + 70 * MINUTE, NOW),
    "seven_day": Reading("seven_day", 0.78, NOW + 3 * DAY + 4 * HOUR, NOW),
}


def shown(**given: Any) -> Shown:
    return Shown(**{"hook": HOOK, "glance": GLANCE, "now": NOW, **given})


def said(what: Shown, *words: str, **environment: str) -> str:
    output = [] if "--format" in words else ["--format", "plain"]
    return worded(what, parse(["statusline", *output, *words]), environment)


def test_the_line_says_model_costs_block_context_and_burn_rate() -> None:
    assert said(shown()) == (
        "Opus 5.5 (high) │ $1.23 session · $18.40 today │ block $6.10, 2h 19m left"
        " │ context 123k (62%) │ $4.20/h"
    )


def test_official_percentages_stand_beside_the_block_and_say_when_it_ends() -> None:
    assert " │ block $6.10 │ 5h 42% (1h 10m left) · 7d 78% (3d 04h left) │ " in said(
        shown(windows=WINDOWS)
    )


def test_without_a_hook_there_are_today_block_and_burn_rate() -> None:
    line = said(shown(hook=Hook(), glance=replace(GLANCE, session=None, context=None)))
    assert line == "$18.40 today │ block $6.10, 2h 19m left │ $4.20/h"


def test_without_the_ledger_there_is_what_the_hook_says() -> None:
    line = said(shown(glance=None, windows=WINDOWS, is_partial=True))
    assert line == (
        "Opus 5.5 (high) │ $1.23 session │ 5h 42% (1h 10m left) · 7d 78% (3d 04h left)"
        " │ context 123k (62%) │ still reading"
    )


def test_nothing_known_is_still_a_line() -> None:
    assert said(Shown(now=NOW)) == "ccmon"


def test_no_block_is_said_and_has_no_burn_rate() -> None:
    line = said(shown(glance=replace(GLANCE, block=None)))
    assert "no active block" in line
    assert "/h" not in line


@pytest.mark.parametrize(
    ("source", "hook", "cost"),
    [
        ("auto", HOOK, "$1.23 session"),
        ("auto", replace(HOOK, cost=None), "$1.30 session"),
        ("ccmon", HOOK, "$1.30 session"),
        ("cc", HOOK, "$1.23 session"),
        ("both", HOOK, "$1.23 cc / $1.30 ccmon session"),
        ("both", replace(HOOK, cost=None), "$1.30 ccmon session"),
    ],
)
def test_the_session_costs_what_the_source_asked_for_says(
    source: str, hook: Hook, cost: str
) -> None:
    assert said(shown(hook=hook, cost_source=source)).split(" │ ")[1].startswith(f"{cost} · ")


def test_claude_codes_cost_alone_may_be_missing_and_a_new_session_costs_nothing() -> None:
    unknown = replace(HOOK, cost=None)
    assert "session" not in said(shown(hook=unknown, cost_source="cc"))
    fresh = shown(hook=unknown, glance=replace(GLANCE, session=None))
    assert "$0.00 session" in said(fresh)


def test_costs_without_all_prices_are_marked() -> None:
    part = figures(2.5, unpriced=("somebodys-model",))
    glance = replace(GLANCE, session=part, today=part, block=replace(BLOCK, figures=part))
    line = said(shown(glance=glance, cost_source="ccmon"))
    assert line.count("$2.50+") == 3


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("off", "$4.20/h"),
        ("emoji", "$4.20/h 🟡"),
        ("text", "$4.20/h busy"),
        ("emoji-text", "$4.20/h 🟡 busy"),
    ],
)
def test_the_burn_rate_is_as_visual_as_asked_for(words: str, end: str) -> None:
    assert said(shown(burn_words=words)).endswith(f" │ {end}")


def test_the_context_is_what_the_hook_says_else_the_last_response() -> None:
    of_parts = replace(HOOK, context_share=None)
    assert "context 123k (62%)" in said(shown(hook=of_parts))
    of_response = replace(HOOK, context_tokens=None, context_share=None)
    assert "context 51.0k (26%)" in said(shown(hook=of_response))
    assert "context 51.0k │" in said(shown(hook=replace(of_response, context_size=None)))
    of_share = replace(HOOK, context_tokens=None)
    assert "context 70%" in said(
        shown(hook=replace(of_share, context_share=0.7), glance=replace(GLANCE, context=None))
    )


@pytest.mark.parametrize(
    ("share", "code"), [(0.49, "32"), (0.5, "33"), (0.79, "33"), (0.8, "31"), (1.2, "31")]
)
def test_the_context_changes_its_colour_at_the_thresholds(share: float, code: str) -> None:
    line = said(shown(hook=replace(HOOK, context_share=share)), "--format", "claude")
    assert f"{ESC}[{code}m ({round(share * 100)}%){ESC}[0m" in line


def test_thresholds_of_the_context_are_the_users() -> None:
    words = ("--context-low-threshold", "70", "--context-medium-threshold", "90")
    assert f"{ESC}[32m (62%)" in said(shown(), "--format", "claude", *words)


@pytest.mark.parametrize(("share", "code"), [(0.74, None), (0.75, "33"), (0.9, "31"), (1.0, "31")])
def test_official_percentages_change_their_colour_with_the_levels(
    share: float, code: str | None
) -> None:
    windows = {"five_hour": Reading("five_hour", share, None, NOW)}
    line = said(shown(windows=windows), "--format", "claude")
    percent = f"{round(share * 100)}%"
    assert (f"{ESC}[{code}m{percent}{ESC}[0m" if code else f"{ESC}[0m{percent}") in line


def test_colours_add_nothing_but_colours() -> None:
    line = said(shown(windows=WINDOWS), "--format", "claude")
    assert ESC in line
    assert re.sub(r"\x1b\[\d+m", "", line) == said(shown(windows=WINDOWS))


def test_colours_can_be_ruled_out_and_asked_for() -> None:
    claude = ("--format", "claude")
    plain = said(shown())
    assert said(shown(), *claude, NO_COLOR="1") == plain
    assert said(shown(), *claude, "--no-color") == plain
    assert ESC in said(shown(), *claude, "--color", NO_COLOR="1")
    assert ESC in said(shown(), *claude, NO_COLOR="")


@pytest.mark.parametrize("cells", [1, 5, 16, 30, 50, 80, 120, 200])
def test_narrow_lines_lose_lesser_parts_and_keep_the_percentages(cells: int) -> None:
    whole = said(shown(windows=WINDOWS))
    line = said(shown(windows=WINDOWS), COLUMNS=str(cells))
    assert width(line) <= cells
    if cells >= len("5h 42% · 7d 78%"):
        assert "5h 42%" in line
        assert "7d 78%" in line
    else:
        assert line == "7d 78%"[: cells - 1] + ("…" if cells < len("7d 78%") else "%")
    assert said(shown(windows=WINDOWS), COLUMNS="") == whole
    assert said(shown(windows=WINDOWS), COLUMNS="0") == whole


SHARES = st.one_of(st.none(), st.integers(0, 100), st.sampled_from((0, 100)))


@examples(deadline=None)
@given(
    SHARES, SHARES, SHARES, st.integers(20, 200), st.sampled_from(("1", "2")), st.integers(0, 15)
)
def test_no_width_loses_the_gravest_percentage_for_something_lesser(
    five: int | None, week: int | None, model: int | None, cells: int, rows: str, lacks: int
) -> None:
    names = {"five_hour": five, "seven_day": week, "seven_day:Opus": model}
    windows = {
        name: Reading(name, percent / 100, NOW + 4 * DAY + 3 * HOUR, NOW)
        for name, percent in names.items()
        if percent is not None
    }
    what = shown(
        windows=windows,
        hook=replace(HOOK, effort="" if lacks & 1 else "high", cost=None if lacks & 2 else 10**12),
        glance=None if lacks & 4 else GLANCE,
        is_partial=bool(lacks & 4),
        trouble="ccmon could not read its ledger" if lacks & 8 else "",
    )
    lines = said(what, "--rows", rows, COLUMNS=str(cells)).split("\n")
    assert len(lines) <= int(rows)
    assert all(width(line) <= cells for line in lines)
    whole = said(what, COLUMNS="")
    parts = _parts_in(whole)
    present = [part for part in parts if any(part in _parts_in(line) for line in lines)]
    in_order = ["limits", "model", "trouble", "context", "session", "block", "today", "rest"]
    if rows == "1":
        missing = [in_order.index(part) for part in parts if part not in present]
        lesser = [in_order.index(part) for part in present]
        assert not missing or max(lesser, default=-1) < min(missing)
    if windows:
        gravest = max(windows.values(), key=lambda each: each.used_share)
        assert any(f" {round(gravest.used_share * 100)}%" in f" {line}" for line in lines)
        assert cells < 40 or all(
            any(f" {round(each.used_share * 100)}%" in f" {line}" for line in lines)
            for each in windows.values()
        )


def _parts_in(line: str) -> list[str]:
    """Return which sorts of parts a line has."""
    marks = {
        "limits": r"\b(5h|7d) \d",
        "model": "Opus 5",
        "trouble": "could not read",
        "context": "context",
        "session": r"\d session",
        "block": "block",
        "today": "today",
        "rest": r"/h|still reading",
    }
    return [name for name, mark in marks.items() if re.search(mark, line)]


def test_two_rows_have_limits_and_context_in_the_second() -> None:
    first, second = said(shown(windows=WINDOWS), "--rows", "2").split("\n")
    assert first.startswith("Opus 5.5 (high)")
    assert second.startswith("5h 42%")
    assert "context" in second


def test_a_line_is_cut_by_cells() -> None:
    assert cut("日本語モデル", 5) == "日本…"
    assert width("日本…") == 5
    assert width("e\u0301") == 1
    assert cut("abc", 0) == ""


def test_tmux_has_styles_and_takes_no_orders() -> None:
    line = said(shown(hook=replace(HOOK, model="Op#[bg=red]us #(rm)")), "--format", "tmux")
    assert line.startswith("#[bold]Op##[bg=red]us ##(rm)#[default]#[dim] (high)#[default]")
    plain = said(shown(), "--format", "tmux", "--no-color")
    assert "#" not in plain


def test_waybar_gets_an_object_with_class_and_percentage() -> None:
    hook = replace(HOOK, model="<b>Opus</b> & co")
    module = json.loads(said(shown(hook=hook, windows=WINDOWS), "--format", "waybar"))
    assert module["text"].startswith("&lt;b&gt;Opus&lt;/b&gt; &amp; co (high) │ $1.23 session")
    assert module["tooltip"].splitlines()[0] == "&lt;b&gt;Opus&lt;/b&gt; &amp; co (high)"
    assert "$18.40 today" in module["tooltip"].splitlines()
    assert (module["class"], module["percentage"]) == ("fine", 42)


@pytest.mark.parametrize(
    ("share", "level"), [(0.5, "half"), (0.75, "high"), (0.9, "critical"), (1.0, "reached")]
)
def test_waybars_class_is_the_level(share: float, level: str) -> None:
    windows = {"five_hour": Reading("five_hour", share, None, NOW)}
    assert json.loads(said(shown(windows=windows), "--format", "waybar"))["class"] == level


def test_waybar_without_official_figures_has_no_class() -> None:
    assert set(json.loads(said(shown(), "--format", "waybar"))) == {"text", "tooltip"}


def test_models_have_the_users_own_names() -> None:
    assert said(shown(aliases={"Opus 5.5": "O"})).startswith("O (high)")


def test_every_field_of_a_template_can_be_said() -> None:
    windows = {
        **WINDOWS,
        "spend_limit": Reading("spend_limit", 1.31, None, NOW),
        "seven_day:Opus": Reading("seven_day:Opus", 0.97, None, NOW),
    }
    hook = replace(HOOK, session_name="tides", directory="harbour", version="2.1.300")
    everything = shown(hook=hook, windows=windows, account="Work")
    known = {name: read(everything) for name, (_, read) in FIELDS.items()}
    assert None not in known.values()
    assert (known["block_end"], known["block_left"]) == ("15:19", "2h 19m")
    assert (known["burn_tokens"], known["burn_word"]) == ("90.0k/min", "busy")
    assert (known["model_week"], known["account"]) == ("97%", "Work")
    assert (known["spend_limit"], known["today_tokens"]) == ("131%", "2.00M")
    nothing = {name: read(Shown(now=NOW)) for name, (_, read) in FIELDS.items()}
    assert set(nothing.values()) == {None}


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("{model}: {session_cost}", "Opus 5.5: $1.23"),
        ("{model}[ · {five_hour} of 5h]!", "Opus 5.5!"),
        ("{model}[ · {context_percent} full]!", "Opus 5.5 · 62% full!"),
        ("[{model} {five_hour}]x", "x"),
        ("{five_hour}", "?"),
        ("{modle} {}", "{modle} {}"),
        ("[{modle}] [x] #[fg=red]", "[{modle}] [x] #[fg=red]"),
        (r"\{model\} \[{model}\] \\", "{model} [Opus 5.5] \\"),
        ("a\nb\r\nc\u2028d", "a b c d"),
        (r"\e[1m{model}\e[0m", f"{ESC}[1mOpus 5.5{ESC}[0m"),
        ("[", "["),
    ],
)
def test_a_template_is_filled_in(template: str, line: str) -> None:
    assert fill(template, shown()) == line
    assert said(shown(), "--template", template) == line


def test_what_fills_a_template_is_escaped_and_the_template_is_not() -> None:
    hook = replace(HOOK, model="#[x]")
    line = said(shown(hook=hook), "--format", "tmux", "--template", "#[fg=red]{model}")
    assert line == "#[fg=red]##[x]"


def test_an_unknown_field_is_told_by_hand_with_the_nearest() -> None:
    check_template(None)
    check_template("{model}[ {five_hour}] \\{x}")
    assert unknown_fields("[{a}] {model} {b}") == ["a", "b"]
    with pytest.raises(UsageError, match=r"\{sesion_cost\} is not a field: .* \{session_cost\}\?"):
        check_template("{sesion_cost}")


def test_trouble_is_said_in_the_line() -> None:
    assert said(shown(trouble="see ccmon config check")).endswith(" │ see ccmon config check")
