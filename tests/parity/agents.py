"""Asks ccmon, ccusage and tokscale about homes of other agents whose true totals are known.

    python -m tests.parity.agents [--readme]

Prints a Markdown table of who is right where: tokens and dollars of each program, and by how
much they are off. Exits 1 where ccmon is.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench import peers
from tests.bench.figures import FAILS, HOLDS, MISSING
from tests.bench.places import PROJECT
from tests.parity.agent_answers import Answer, Ask, askers
from tests.parity.agent_samples import SAMPLES, Sample, laid_out, traps
from tests.parity.found_samples import FOUND, found
from tests.parity.more_traps import more_traps

BEGIN, END = "<!-- peers -->\n", "<!-- /peers -->"
NOT_READ = "not read"
_PAGE = PROJECT / "tests" / "parity" / "README.md"
_NEAR = 5e-7
"""Dollars by which sums of floating-point numbers may be off."""


@dataclass(frozen=True)
class Asked:
    """What all programs said of a sample; `None` is an agent that one does not read."""

    sample: Sample
    answers: Mapping[str, Answer | str | None]

    @property
    def is_ours_right(self) -> bool:
        """Say whether ccmon has the true totals, or does not read the agent."""
        ours = self.answers["ccmon"]
        if not isinstance(ours, Answer):
            return True
        is_cost_right = self.sample.cost is None or _is_near(ours.cost, self.sample.cost)
        return ours.tokens == self.sample.tokens and is_cost_right


def ask_all(samples: Iterable[Sample], programs: Mapping[str, Ask | None]) -> Iterator[Asked]:
    """Ask each program about each sample, in a home made for it alone: some write there."""
    for sample in samples:
        answers: dict[str, Answer | str | None] = {}
        for name, ask in programs.items():
            with tempfile.TemporaryDirectory() as place:
                sample.make(Path(place))
                answers[name] = ask(sample, Path(place)) if ask else MISSING
        yield Asked(sample, answers)


def table(asked: Iterable[Asked], names: Iterable[str]) -> str:
    """Return two lines for each sample: tokens, and dollars where the true ones are known."""
    head = ("what is read", "truly", *names)
    lines = [head, ("---",) * len(head)]
    for each in asked:
        lines.append((each.sample.name, f"{each.sample.tokens:,}", *_token_cells(each)))
        if each.sample.cost is not None:
            lines.append(("", dollars(each.sample.cost), *_cost_cells(each, each.sample.cost)))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _token_cells(asked: Asked) -> Iterator[str]:
    true = asked.sample.tokens
    for answer in asked.answers.values():
        if not isinstance(answer, Answer):
            yield answer or NOT_READ
        elif answer.tokens == true:
            yield f"{HOLDS} {answer.tokens:,}"
        else:
            yield f"{FAILS} {answer.tokens:,} ({answer.tokens - true:+,})"


def _cost_cells(asked: Asked, true: float) -> Iterator[str]:
    for answer in asked.answers.values():
        if not isinstance(answer, Answer):
            yield ""
        elif _is_near(answer.cost, true):
            yield f"{HOLDS} {dollars(answer.cost)}"
        else:
            sign = "+" if answer.cost > true else "-"
            yield f"{FAILS} {dollars(answer.cost)} ({sign}{dollars(abs(answer.cost - true))})"


def _is_near(cost: float, true: float) -> bool:
    return abs(cost - true) < _NEAR


def dollars(cost: float) -> str:
    """Return an amount with the digits that say something: `$0.0142975`, `$1,234.54`."""
    whole, _, part = f"{cost:,.7f}".partition(".")
    return f"${whole}.{part.rstrip('0').ljust(2, '0')}"


def updated(text: str, made: str, versions: Mapping[str, str]) -> str:
    """Return a page with the table between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    beside = ", ".join(f"{name} {versions[name]}" for name in sorted(versions))
    return f"{before}{BEGIN}Beside {beside}.\n\n{made}{END}{after}"


def main() -> int:
    """Ask, print, and say whether ccmon is right everywhere."""
    options = _options()
    there = peers.find(options.data / "peers")
    versions = {name: version for name, version in there.versions.items() if name != peers.MONITOR}
    for name in sorted({peers.CCUSAGE, peers.TOKSCALE} - set(versions)):
        print(f"{name} is missing: {peers.HOW_TO} (python -m tests.bench)", file=sys.stderr)
    if not SAMPLES.is_dir():
        print(f"{SAMPLES} is absent: only the made-up traps are read", file=sys.stderr)
    programs = askers(there)
    if not FOUND.is_dir():
        print(f"{FOUND} is absent: what was found in the wild is not read", file=sys.stderr)
    samples = [
        *(laid_out() if SAMPLES.is_dir() else ()),
        *traps(),
        *more_traps(),
        *(found() if FOUND.is_dir() else ()),
    ]
    asked = list(ask_all(samples, programs))
    made = table(asked, programs)
    sys.stdout.write(made)
    if options.readme:
        _PAGE.write_text(updated(_PAGE.read_text("utf-8"), made, versions), "utf-8")
    return 0 if all(each.is_ours_right for each in asked) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.parity.agents",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    place = Path(tempfile.gettempdir()) / f"ccmon-bench-{os.getuid()}"
    parser.add_argument("--data", type=Path, default=place, help="where tests.bench keeps peers")
    parser.add_argument(
        "--readme", action="store_true", help="put the table into tests/parity/README.md"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
