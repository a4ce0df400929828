"""Fetching newer prices never changes what earlier days cost."""

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from engine.domain.paths import price_history_paths
from engine.domain.responses import PICO, Tokens
from engine.domain.settings import Settings
from engine.monitor import Monitor
from engine.pricing import refresh as refresh_module
from engine.pricing.cost import calculated_cost
from engine.pricing.history import PriceHistory, encoded_history, read_history
from engine.pricing.price import day_start
from engine.pricing.price_file import read_prices
from engine.pricing.refresh import RefreshError, refresh
from engine.pricing.table import PriceTable
from tests.made_lines import answer, write

DAY = 86_400_000
FIRST = day_start("2027-01-01")
NAMES = ("new-model", "zai/new-model", "novita/zai/new-model", "glm-5", "novita/zai-org/glm-5")
FILLER = {f"filler-{number}": 1.0 for number in range(100)}

Prices = Mapping[str, float]
"""USD per million tokens of input, by LiteLLM's id."""


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh_module, "FEWEST_MODELS", 1)


def fetch(target: Path, prices: Prices, time: int) -> None:
    """Refresh at a time from a server that has such prices."""
    table = {
        name: {
            "mode": "chat",
            "input_cost_per_token": price / 1e6,
            "output_cost_per_token": price / 1e6,
        }
        for name, price in prices.items()
    }
    served = refresh_module._Answer(200, "", json.dumps(table).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refresh_module, "_fetched", lambda *_: served)
        refresh(target, "https://prices.invalid/", now_ms=time)


def cost(target: Path | PriceTable, model: str, time: int) -> float | None:
    """Return USD per million tokens of a model's input at a time."""
    pico = calculated_cost(
        target if isinstance(target, PriceTable) else PriceTable.load(target),
        model=model,
        tokens=Tokens(input=10**6),
        is_fast=False,
        is_us=False,
        is_batch=False,
        searches=0,
        time=time,
    )
    return None if pico is None else pico / PICO


def cost_on(target: Path | PriceTable, model: str, day: int) -> float | None:
    return cost(target, model, FIRST + day * DAY)


def test_days_before_a_refresh_keep_their_costs(tmp_path: Path) -> None:
    target = tmp_path / "prices.json"
    before = cost_on(target, "glm-5", -1)
    fetch(target, {**FILLER, "glm-5": 7.0}, FIRST)
    fetch(target, {**FILLER, "glm-5": 9.0}, FIRST + 10 * DAY)
    assert [cost_on(target, "glm-5", day) for day in (-400, -1, 0, 9, 10, 400)] == [
        before,
        before,
        7,
        7,
        9,
        9,
    ]
    assert cost(target, "glm-5", FIRST - 1) == before
    assert cost(target, "glm-5", FIRST + 10 * DAY - 1) == 7


def test_of_two_refreshes_on_one_day_the_later_one_holds_from_that_day_on(tmp_path: Path) -> None:
    target = tmp_path / "prices.json"
    fetch(target, {"new-model": 1.0, "glm-5": 1.0}, FIRST)
    fetch(target, {"new-model": 2.0, "glm-5": 2.0}, FIRST + 5 * DAY)
    fetch(target, {"new-model": 3.0, "glm-5": 3.0}, FIRST + 5 * DAY + DAY - 1)
    for name in ("new-model", "glm-5"):
        assert [cost_on(target, name, day) for day in (4, 5, 6)] == [1, 3, 3]


def test_the_first_known_price_is_that_of_the_days_before_and_stays_it(tmp_path: Path) -> None:
    target = tmp_path / "prices.json"
    fetch(target, FILLER, FIRST)
    assert cost_on(target, "new-model", -1) is None
    fetch(target, {"new-model": 1.0}, FIRST + DAY)
    assert cost_on(target, "new-model", -400) == 1
    fetch(target, {"new-model": 5.0}, FIRST + DAY)
    assert [cost_on(target, "new-model", day) for day in (-400, 0, 1)] == [1, 1, 5]


def test_a_model_that_goes_keeps_its_last_price_until_it_is_back(tmp_path: Path) -> None:
    target = tmp_path / "prices.json"
    fetch(target, {"new-model": 1.0}, FIRST)
    fetch(target, FILLER, FIRST + 10 * DAY)
    assert cost_on(target, "new-model", 15) == 1
    fetch(target, {"new-model": 2.0}, FIRST + 20 * DAY)
    assert [cost_on(target, "new-model", day) for day in (-5, 10, 19, 20)] == [1, 1, 1, 2]


def test_where_the_clock_went_back_no_day_before_the_last_change_is_touched(tmp_path: Path) -> None:
    target = tmp_path / "prices.json"
    fetch(target, {"glm-5": 1.0}, FIRST)
    fetch(target, {"glm-5": 2.0}, FIRST + 10 * DAY)
    fetch(target, {"glm-5": 3.0}, FIRST + 4 * DAY)
    assert [cost_on(target, "glm-5", day) for day in (0, 4, 9, 10)] == [1, 1, 1, 3]
    fetch(target, {"glm-5": 4.0}, FIRST + 11 * DAY)
    assert [cost_on(target, "glm-5", day) for day in (4, 10, 11)] == [1, 3, 4]


def test_a_clock_that_was_years_ahead_holds_nothing_up(tmp_path: Path) -> None:
    target = tmp_path / "prices.json"
    fetch(target, {"glm-5": 1.0}, FIRST)
    fetch(target, {"glm-5": 2.0}, FIRST + 4_000 * DAY)
    fetch(target, {"glm-5": 3.0}, FIRST + 10 * DAY)
    assert [cost_on(target, "glm-5", day) for day in (0, 9, 10, 5_000)] == [1, 1, 3, 3]


def test_an_id_that_is_listed_only_later_takes_nothing_back(tmp_path: Path) -> None:
    target = tmp_path / "prices.json"
    fetch(target, {"zai/new-model": 1.0}, FIRST)
    assert cost_on(target, "novita/zai/new-model", 0) == 1
    fetch(target, {"zai/new-model": 1.0, "novita/zai/new-model": 6.0}, FIRST + 10 * DAY)
    assert [cost_on(target, "novita/zai/new-model", day) for day in (0, 9, 10)] == [1, 1, 6]
    fetch(target, {"zai/new-model": 2.0, "novita/zai/new-model": 2.0}, FIRST + 20 * DAY)
    assert [cost_on(target, "novita/zai/new-model", day) for day in (9, 10, 19, 20)] == [1, 6, 6, 2]


def test_an_id_whose_price_is_what_its_maker_asked_before_keeps_it(tmp_path: Path) -> None:
    target = tmp_path / "prices.json"
    fetch(target, {"zai/new-model": 1.0}, FIRST)
    fetch(target, {"zai/new-model": 2.0, "novita/zai/new-model": 1.0}, FIRST + DAY)
    assert cost_on(target, "novita/zai/new-model", 1) == 1
    assert cost_on(target, "zai/new-model", 1) == 2


_Refresh = tuple[int, dict[str, float]]
_REFRESHES = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=6),
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from([1.0, 2.0, 3.0]), min_size=1),
    ),
    min_size=1,
    max_size=6,
)


@trying(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(_REFRESHES)
def test_whatever_is_fetched_no_known_cost_of_an_earlier_day_changes(
    refreshes: list[_Refresh],
) -> None:
    with tempfile.TemporaryDirectory() as place:
        target, today = Path(place, "prices.json"), 0
        for later, prices in refreshes:
            today += later
            days = [day for day in (-400, -1, 0, 3, today - 2, today - 1) if day < today]
            asked = [(name, day) for name in NAMES for day in days]
            table = PriceTable.load(target)
            before = {each: cost_on(table, *each) for each in asked}
            fetch(target, {**FILLER, **prices}, FIRST + today * DAY)
            table = PriceTable.load(target)
            after = {each: cost_on(table, *each) for each in asked}
            assert {each: after[each] for each in asked if before[each] is not None} == {
                each: cost for each, cost in before.items() if cost is not None
            }
            for name, price in prices.items():
                assert cost_on(table, name, today) == price


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff", b'{"version":1,"changes":[{"since":"x"}]}'])
@pytest.mark.parametrize("number", [0, 1])
def test_one_damaged_file_loses_nothing_and_is_mended(
    tmp_path: Path, damage: bytes, number: int
) -> None:
    target = tmp_path / "prices.json"
    fetch(target, {"glm-5": 1.0}, FIRST)
    fetch(target, {"glm-5": 2.0}, FIRST + 10 * DAY)
    damaged, whole = price_history_paths(target)[number], price_history_paths(target)[1 - number]
    damaged.write_bytes(damage)
    target.write_bytes(damage)
    assert [cost_on(target, "glm-5", day) for day in (9, 10)] == [1, 2]
    fetch(target, {"glm-5": 3.0}, FIRST + 20 * DAY)
    assert [cost_on(target, "glm-5", day) for day in (9, 10, 19, 20)] == [1, 2, 2, 3]
    assert damaged.read_bytes() == whole.read_bytes()


def test_without_its_history_a_fetched_table_holds_from_its_day_on(tmp_path: Path) -> None:
    target = tmp_path / "prices.json"
    before = cost_on(target, "glm-5", 0)
    fetch(target, {"glm-5": 2.0}, FIRST)
    for path in price_history_paths(target):
        path.write_bytes(b"{")
    table = PriceTable.load(target)
    assert table.problem is not None
    assert "it is damaged" in table.problem
    assert [cost_on(target, "glm-5", day) for day in (-1, 0)] == [before, 2]
    for path in price_history_paths(target):
        path.unlink()
    fetch(target, {"glm-5": 3.0}, FIRST + 5 * DAY)
    assert [cost_on(target, "glm-5", day) for day in (-1, 0, 4, 5)] == [before, 2, 2, 3]
    assert PriceTable.load(target).problem is None


def test_a_history_of_a_newer_ccmon_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "prices.json"
    fetch(target, {"glm-5": 2.0}, FIRST)
    for path in price_history_paths(target):
        path.write_bytes(b'{"version":2,"anything":true}')
    with pytest.raises(RefreshError, match="newer ccmon"):
        fetch(target, {"glm-5": 3.0}, FIRST + DAY)
    assert price_history_paths(target)[0].read_bytes() == b'{"version":2,"anything":true}'
    assert read_prices(target).models["glm-5"].input == 2
    assert "newer ccmon" in (PriceTable.load(target).problem or "")


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    target = tmp_path / "prices.json"
    fetch(target, {"glm-5": 2.0, "new-model": 0.1}, FIRST)
    fetch(target, {"glm-5": 2.5, "new-model": 0.3}, FIRST + DAY)
    history, is_whole = read_history(target)
    assert is_whole
    assert [change.since for change in history.changes] == ["", "2027-01-01", "2027-01-02"]
    assert encoded_history(history) == price_history_paths(target)[0].read_bytes()
    empty = tmp_path / "none" / "prices.json"
    assert read_history(empty) == (PriceHistory(), True)


def test_a_ledger_keeps_the_costs_of_earlier_days_to_the_pico_dollar(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    root, data = tmp_path / "root", tmp_path / "data"
    target = data / "prices.json"
    for day in range(30):
        time = FIRST + day * DAY + 3_600_000
        for number, name in enumerate(("glm-5", "zai/new-model", "deepseek-v4-pro")):
            write(root, answer(f"msg_{day:02}{number}", time, 12_345 + day, model=name))

    def daily() -> dict[str, int]:
        asked = settings(
            roots=(root,),
            ledger=str(data / "ledger.db"),
            clock=lambda: FIRST + 40 * DAY,
            environment={"CCMON_DATA_DIR": str(data)},
        )
        with Monitor(asked) as monitor:
            monitor.read()
            rows = monitor.report("daily").rows
            return {row.key: row.figures.cost for row in rows}

    fetch(target, {"glm-5": 2.0, "zai/new-model": 1.0}, FIRST)
    first = daily()
    assert len(first) == 30
    fetch(target, {"glm-5": 3.0, "zai/new-model": 4.0}, FIRST + 12 * DAY)
    second = daily()
    fetch(target, {"glm-5": 3.5}, FIRST + 20 * DAY)
    third = daily()
    days = sorted(first)
    assert [second[day] == first[day] for day in days] == [number < 12 for number in range(30)]
    assert [third[day] == second[day] for day in days] == [number < 20 for number in range(30)]
