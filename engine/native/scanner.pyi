from collections.abc import Callable

from engine.domain.responses import Sighting

FORM: int
SOURCES: str

Period = tuple[int | None, int, tuple[tuple[int, int, int, int, int, int], ...]]
Model = tuple[str, bool, str]
Names = tuple[list[str], list[str], list[Model], list[str]]

class Chunk:
    def __len__(self) -> int: ...
    def read(
        self, data: bytes | memoryview, session: str, project: str, /
    ) -> tuple[int, int, list[tuple[int, int]], list[tuple[str, bool, bytes, int, int]]]: ...
    def see(self, id_: int, sighting: tuple[object, ...], /) -> None: ...
    def pack(
        self, rates: Callable[[str, bool, bool, bool], tuple[Period, ...] | None], /
    ) -> tuple[tuple[bytes, bytes], Names, list[tuple[int, ...]]]: ...
