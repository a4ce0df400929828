from collections.abc import Callable

FORM: int
"""What the module and its callers agree on."""
SOURCES: str
"""Names the sources that it was compiled from."""

Band = tuple[int, int, int, int, int, int]
"""Tokens that a prompt is longer than; rates of input, output, cache read, both cache writes."""
Period = tuple[int | None, int, tuple[Band, ...]]
"""Until when it holds (UTC milliseconds), how many rates are a pico-dollar, the bands."""
Rates = tuple[Period, ...] | None
"""As `engine.pricing.cost.rates_of` has them, `None` without a price."""
Place = tuple[str, bool, bytes, int]
"""Session, whether of a side chain, working directory as JSON writes it (empty for none), and the
earliest time of the responses with tokens that say so."""
Read = tuple[int, int, list[tuple[int, int]], list[Place]]
"""Finished lines and their bytes; begin and length of each line to be read elsewhere; places."""
Names = tuple[list[str], list[str], list[tuple[str, bool, str]], list[str]]
"""Sessions, projects, models (whether in fast mode, and the provider), sub-agents."""

class Chunk:
    """The responses of some transcripts, each once. Not to be shared by threads."""

    def __len__(self) -> int: ...
    def read(self, data: bytes | memoryview, session: str, project: str, /) -> Read:
        """Read the finished lines of a piece; session and project of lines that name none."""

    def see(self, id_: int, sighting: tuple[object, ...], /) -> None:
        """Take the fields of a `Sighting`; raises `OverflowError` where no record holds them."""

    def pack(
        self, rates: Callable[[str, bool, bool, bool], Rates] | None, /
    ) -> tuple[tuple[bytes, bytes], Names, list[tuple[int, ...]] | None]:
        """Return ids and records, names and sums of a `Pack`; the chunk is empty after that.

        `rates` is asked for each model, whether fast, in the US alone and in a batch; without it
        no record has a price. Raises `OverflowError` where a price or a cost is too large or too
        fine a number, which leaves the chunk as it was. Sums that are too large are `None`.
        """

def is_as_listed(
    directories: list[tuple[str, int, int, int]], names: list[list[str]], marks: bytes, /
) -> bool:
    """Say whether directories (path, device, inode, time) and the files in each are as listed.

    Marks are device, inode, size and time of each file, 64 bits each. There on Linux alone.
    """
