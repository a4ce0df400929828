"""Status lines, live screens and reports on one ledger at once, for some seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.company import Company


@pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning")
def test_nobody_is_locked_out_and_all_say_the_same_in_the_end(tmp_path: Path) -> None:
    company = Company(tmp_path, seed=31)
    assert company.gather(2.5, 6.0) == []
    assert company.lines > 3
    assert company.reports > 1
