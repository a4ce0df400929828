"""A provider's bill beside what this machine counted, and what explains the difference."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.mistakes import SettingsError
from engine.domain.questions import Selection
from engine.domain.responses import PICO
from engine.domain.settings import Settings
from engine.monitor import Monitor
from engine.providers.accounts import Accounts
from tests.conftest import NOW
from tests.made_lines import DAY, answer, write
from tests.providers.conftest import MakeSettings
from tests.providers.stubs import ADMIN, ProviderStub
from tui.tables.bill_page import bill_lines
from tui.tables.look import Look
from tui.words.lines import text_of

MakeStub = Callable[[str], ProviderStub]


@pytest.fixture
def settings_of(online: MakeSettings, tmp_path: Path) -> Callable[[ProviderStub], Settings]:
    """Settings with some responses of two models yesterday, and one provider enabled."""
    root = tmp_path / "root"
    write(root, answer("a1", NOW - DAY, 5_000, model="claude-opus-5-5"))
    write(root, answer("a2", NOW - DAY, 7, model="gpt-5.2", session="s2"), name="-x/s2.jsonl")
    write(root, answer("a3", NOW - 40 * DAY, 9, model="claude-opus-5-5", session="s3"),
          name="-x/s3.jsonl")  # fmt: skip

    def make(stub: ProviderStub) -> Settings:
        made = online(providers={stub.provider: stub.options()}, roots=(root,))
        Accounts(made).set_key(stub.provider, ADMIN[stub.provider])
        return made

    return make


def test_both_sides_stand_by_model_with_products_and_an_explanation(
    make_stub: MakeStub, settings_of: Callable[[ProviderStub], Settings]
) -> None:
    with Monitor(settings_of(make_stub("anthropic"))) as monitor:
        monitor.catch_up()
        found = monitor.compare_bill("anthropic", "this-month", Selection())
    assert (found.since, found.until) == ("2026-11-01", "2026-11-22")
    assert found.counted.responses == 1
    assert found.billed.tokens is not None
    assert found.billed.tokens.total == 20 * 1_190
    assert {each.model for each in found.by_model} == {"claude-haiku-5", "claude-opus-5-5"}
    assert [each.product for each in found.products] == ["claude_code", "messages_api"]
    assert found.billed.cost[0].value == 2.5 * PICO
    notes = " ".join(found.notes)
    more = 20 * 1_190 - found.counted.tokens.total
    assert f"{more:,} more tokens" in notes
    assert "messages_api" in notes
    assert "complete up to 2026-11-22T12:00" in notes
    for width in (40, 80, 120):
        assert all(len(text_of(row)) <= width for row in bill_lines(found, Look(width=width)))


def test_openais_models_are_told_and_its_money_is_of_none(
    make_stub: MakeStub, settings_of: Callable[[ProviderStub], Settings]
) -> None:
    with Monitor(settings_of(make_stub("openai"))) as monitor:
        monitor.catch_up()
        found = monitor.compare_bill("openai", "yesterday", Selection())
    models = {each.model: each for each in found.by_model}
    assert set(models) == {"", "gpt-5-2", "gpt-5-2-mini", "text-embedding-4"}
    assert models["gpt-5-2"].counted.responses == 1
    assert models[""].billed.cost[0].value == 1.25 * PICO


def test_what_cannot_be_compared_says_why(
    make_stub: MakeStub, settings_of: Callable[[ProviderStub], Settings]
) -> None:
    with Monitor(settings_of(make_stub("deepseek"))) as monitor:
        for provider, period, said in (
            ("deepseek", "today", "tells no use by day"),
            ("openai", "today", "is not enabled"),
            ("nobody", "today", "There is no provider"),
        ):
            with pytest.raises(SettingsError, match=said):
                monitor.compare_bill(provider, period, Selection())


def test_the_document_and_the_page_are_those_of_the_command(
    make_stub: MakeStub,
    settings_of: Callable[[ProviderStub], Settings],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = settings_of(make_stub("anthropic"))
    monkeypatch.setattr("tui.config.settings.settings_of", lambda _: settings)
    from tui.cli import main

    assert main(["compare", "--provider", "anthropic", "this-month", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["billed"]["costs"] == [{"currency": "USD", "amount": 2.5}]
    assert main(["compare", "--provider", "anthropic", "this-month"]) == 0
    assert "Anthropic beside this machine" in capsys.readouterr().out
    assert main(["compare", "2026-10"]) == 2
    assert main(["compare", "--provider", "anthropic", "2026-10", "2026-11"]) == 2
