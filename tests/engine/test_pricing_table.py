"""Which price a model is given, and when the tables are read."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.pricing import price_file
from engine.pricing import table as table_module
from engine.pricing.price import PriceFile, model_price
from engine.pricing.price_file import CLAUDE_PRICES, OTHER_PRICES, read_prices
from engine.pricing.refresh import encoded
from engine.pricing.table import PriceTable

ATTO = 10**12
"""Atto-dollars per token in one USD per million tokens."""


def slim_file(models: dict[str, Any], as_of: str = "2027-01-01") -> bytes:
    """Return a refreshed price file's bytes."""
    return encoded(
        msgspec.convert(
            {
                "unit": "USD per million tokens",
                "as_of": as_of,
                "sources": ["a test"],
                "models": models,
            },
            PriceFile,
        )
    )


@pytest.fixture(scope="module")
def embedded() -> PriceTable:
    return PriceTable.embedded()


def listed_as(table: PriceTable, model: str) -> str | None:
    found = table.find(model)
    return None if found is None else found.model


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("claude-opus-4-20250514", "claude-opus-4"),
        ("claude-opus-4-0", "claude-opus-4"),
        ("claude-4-opus-20250514", "claude-opus-4"),
        ("claude-4-sonnet", "claude-sonnet-4"),
        ("claude-sonnet-4-0", "claude-sonnet-4"),
        ("claude-4.5-sonnet", "claude-sonnet-4-5"),
        ("claude-sonnet-3.7", "claude-3-7-sonnet"),
        ("anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"),
        ("claude-3-5-sonnet-20241022", "claude-3-5-sonnet"),
    ],
)
def test_other_names_of_a_claude_model_find_it(
    embedded: PriceTable, model: str, listed: str
) -> None:
    assert listed_as(embedded, model) == listed


@pytest.mark.parametrize(
    "family", ["claude-opus-4", "claude-fable-5", "claude-sonnet-5", "claude-opus-5"]
)
@pytest.mark.parametrize("ending", ["-9", "-42", "x", "-preview", "-20250514-9"])
def test_a_model_is_never_found_by_how_its_name_begins(
    embedded: PriceTable, family: str, ending: str
) -> None:
    assert embedded.find(family) is not None
    assert embedded.find(family + ending) is None


@pytest.mark.parametrize(
    "model", ["", "claude", "opus", "sonnet", "haiku", "fable", "claude-opus", "4-6", "<synthetic>"]
)
def test_family_names_have_no_price(embedded: PriceTable, model: str) -> None:
    assert embedded.find(model) is None
    assert embedded.fingerprint(model) == ""


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("deepseek-v4-flash", (0.3, 1.2)),
        ("deepseek/deepseek-v4-flash", (0.3, 1.2)),
        ("novita/deepseek/deepseek-v4-flash", (0.14, 0.28)),
        ("glm-5", (1, 3.2)),
        ("openrouter/z-ai/GLM-4.7", (0.6, 2.2)),
        ("gemini-2.5-pro", (1.25, 10)),
        ("gpt-5.2", (1.75, 14)),
        ("claude-mythos-preview", (10, 50)),
    ],
)
def test_models_of_others_are_priced(
    embedded: PriceTable, model: str, dollars: tuple[float, float]
) -> None:
    found = embedded.find(model)
    assert found is not None
    price = found.terms[-1].price
    assert (price.input, price.output) == tuple(round(amount * ATTO) for amount in dollars)


def test_a_model_that_vendors_price_differently_is_unknown(embedded: PriceTable) -> None:
    assert embedded.find("unsloth/Qwen3-Coder-Next") is None
    assert embedded.find("qwen3-coder-next") is None


@pytest.mark.parametrize("path", [CLAUDE_PRICES, OTHER_PRICES])
def test_every_embedded_entry_is_a_price(path: str) -> None:
    models = read_prices(path).models
    for name, entry in models.items():
        assert len(model_price(name, entry).terms) == len(entry.history) + 1


def test_no_two_claude_models_share_a_name() -> None:
    models = read_prices(CLAUDE_PRICES).models
    names = [name for model, entry in models.items() for name in (model, *entry.aliases)]
    assert len(names) == len(set(names))


def test_the_embedded_tables_stay_small() -> None:
    assert Path(OTHER_PRICES).stat().st_size <= 256_000
    assert not {
        name for name in read_prices(OTHER_PRICES).models if PriceTable.embedded().is_claude(name)
    }


def test_the_other_table_is_not_read_for_claude_models(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def counted(path: str) -> PriceFile:
        opened.append(path)
        return read_prices(path)

    for module in (table_module, price_file):
        monkeypatch.setattr(module, "read_prices", counted)
    table = PriceTable.embedded()
    assert opened == []
    table.find("us.anthropic.claude-opus-5[1m]")
    table.find("")
    assert opened == [CLAUDE_PRICES]
    table.find("glm-5")
    table.find("glm-5")
    assert opened == [CLAUDE_PRICES, OTHER_PRICES]


def test_a_refreshed_file_beats_the_embedded_one(tmp_path: Path) -> None:
    refreshed = tmp_path / "prices.json"
    refreshed.write_bytes(slim_file({"glm-5": {"input": 7, "output": 9}}))
    table = PriceTable.load(refreshed)
    found = table.find("glm-5")
    assert found is not None
    assert found.terms[-1].price.input == 7 * ATTO
    assert table.problem is None
    assert table.others_as_of == "2027-01-01"


def test_a_model_missing_from_the_refreshed_file_keeps_its_embedded_price(tmp_path: Path) -> None:
    refreshed = tmp_path / "prices.json"
    refreshed.write_bytes(slim_file({}))
    assert listed_as(PriceTable.load(refreshed), "gpt-5.2") == "gpt-5-2"


def test_an_embedded_table_newer_than_the_refreshed_one_wins(tmp_path: Path) -> None:
    refreshed = tmp_path / "prices.json"
    refreshed.write_bytes(slim_file({"glm-5": {"input": 7, "output": 9}}, "2026-01-01"))
    found = PriceTable.load(refreshed).find("glm-5")
    assert found is not None
    assert found.terms[-1].price.input == ATTO


def test_the_claude_table_wins_over_a_refreshed_file(tmp_path: Path) -> None:
    refreshed = tmp_path / "prices.json"
    strange = {"input": 999, "output": 999}
    refreshed.write_bytes(
        slim_file({"claude-opus-5": strange, "us-anthropic-claude-opus-5": strange})
    )
    table = PriceTable.load(refreshed)
    for model in ("claude-opus-5", "us.anthropic.claude-opus-5"):
        found = table.find(model)
        assert found is not None
        assert found.terms[-1].price.input == 5 * ATTO


def test_a_new_claude_model_comes_with_a_refresh(tmp_path: Path) -> None:
    refreshed = tmp_path / "prices.json"
    refreshed.write_bytes(
        slim_file({"claude-opus-6": {"input": 3, "output": 12, "fast": 2, "us": 1.1}})
    )
    table = PriceTable.load(refreshed)
    assert PriceTable.embedded().find("claude-opus-6") is None
    assert listed_as(table, "anthropic/claude-opus-6-20270101") == "claude-opus-6"


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"{}",
        slim_file({}).replace(b"per million", b"per thousand"),
        slim_file({"glm-5": {"input": 1, "output": 2}})[:-30],
        slim_file({"glm-5": {"input": 1, "output": 2}}).replace(b":2", b':"two"'),
    ],
)
def test_a_damaged_refreshed_file_is_ignored_and_said_so(tmp_path: Path, damage: bytes) -> None:
    refreshed = tmp_path / "prices.json"
    refreshed.write_bytes(damage)
    table = PriceTable.load(refreshed)
    assert listed_as(table, "glm-5") == "glm-5"
    assert table.problem is not None
    assert "is damaged" in table.problem
    assert str(refreshed) in table.problem


def test_a_refreshed_file_that_cannot_be_opened_is_ignored_and_said_so(tmp_path: Path) -> None:
    table = PriceTable.load(tmp_path)
    assert listed_as(table, "glm-5") == "glm-5"
    assert table.problem is not None
    assert "directory" in table.problem


def test_an_absent_refreshed_file_is_no_problem(tmp_path: Path) -> None:
    table = PriceTable.load(tmp_path / "prices.json")
    assert listed_as(table, "glm-5") == "glm-5"
    assert table.problem is None


@pytest.mark.parametrize(
    "figures",
    [
        {"input": -1, "output": 2},
        {"input": 1},
        {"input": 10_000_001, "output": 2},
        {"input": 1, "output": 2, "us": 0},
        {"input": 1, "output": 2, "cache_read": "0.0000000000001"},
        {"input": 1, "output": 2, "history": [{"until": "yesterday", "input": 2}]},
    ],
)
def test_figures_that_cannot_be_a_price_leave_the_model_unknown(
    tmp_path: Path, figures: dict[str, object]
) -> None:
    refreshed = tmp_path / "prices.json"
    refreshed.write_bytes(
        slim_file({"odd-model": figures, "even-model": {"input": 1, "output": 2}})
    )
    table = PriceTable.load(refreshed)
    assert table.find("odd-model") is None
    assert table.find("even-model") is not None


def test_a_fingerprint_changes_exactly_when_the_price_does(tmp_path: Path) -> None:
    prints = []
    for figures in (
        {"input": 1, "output": 2},
        {"input": 1.0, "output": 2, "released": "2026-01-01"},
        {"input": 1, "output": 3},
        {"input": 1, "output": 2, "us": 1.1},
        {"input": 1, "output": 2, "tiers": [{"above": 1000, "input": 2}]},
        {"input": 1, "output": 2, "history": [{"until": "2026-01-01", "input": 2}]},
    ):
        refreshed = tmp_path / "prices.json"
        refreshed.write_bytes(slim_file({"a-model": figures}))
        prints.append(PriceTable.load(refreshed).fingerprint("a-model"))
    assert prints[0] == prints[1]
    assert len(set(prints)) == len(prints) - 1
    assert all(prints)


def test_fingerprints_are_the_same_in_every_process(embedded: PriceTable) -> None:
    names = ("claude-opus-4-6", "anthropic/claude-opus-4.6[1m]")
    assert {embedded.fingerprint(name) for name in names} == {"39833ab6c481766a"}
