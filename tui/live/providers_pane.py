"""The providers' tab: what each enabled one says, as `ccmon providers` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from msgspec import Struct
from textual import on, work
from textual.binding import BindingType
from textual.message import Message

from engine.domain.provider_usage import ProviderAccount
from engine.domain.snapshots import Snapshot
from engine.domain.times import MINUTE
from tui.live.drawing.lines import SnapshotPane
from tui.live.inquiry import Inquiry
from tui.live.keys import bindings
from tui.live.source import Source
from tui.live.words import Basis
from tui.words.format import plain
from tui.words.lines import Line, Piece

_INKS = {
    "": "plain",
    "dim": "muted",
    "yellow": "high",
    "cyan": "accent",
    "bold": "bold",
    "plain": "plain",
}
"""What the inks of paper are on the screen."""


class Asked(NamedTuple):
    """What the page depends on; ages go by minutes."""

    revision: int
    minute: int
    zone: str


class ProvidersView(Struct, frozen=True):
    """What the pane shows, from a line on."""

    accounts: tuple[ProviderAccount, ...]
    now: int
    zone: str
    first: int = 0


class AccountsTaken(Message, bubble=False):
    """What is kept of providers was read in a thread, or could not be."""

    def __init__(self, accounts: tuple[ProviderAccount, ...] | None, sentence: str = "") -> None:
        super().__init__()
        self.accounts = accounts
        self.sentence = sentence


class ProvidersPane(SnapshotPane, can_focus=True):
    """Reads what is kept only while it is seen; the thread that follows asks the providers."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("providers")

    def __init__(self, source: Source, *, id: str | None = None) -> None:
        """Show the enabled providers of a source."""
        super().__init__(id=id)
        self._now, self._zone = 0, "UTC"
        self._first = 0
        self._count = 0
        self._accounts: tuple[ProviderAccount, ...] | None = None
        self._inquiry = Inquiry[Asked](self, lambda _: self._take(source))

    def show(self, snapshot: Snapshot, by: Basis) -> None:  # noqa: ARG002
        """Show them as of a snapshot; cheap where nothing changed or nobody looks."""
        self._now, self._zone = snapshot.generated_at, snapshot.zone
        minute = snapshot.generated_at // MINUTE
        self._inquiry.want(Asked(snapshot.revision, minute, snapshot.zone))

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the lines from the one that was scrolled to."""
        view = self.view
        if not isinstance(view, ProvidersView):
            return [(Piece(f" {view or 'Reading …'}", "muted"),)]
        from tui.tables.look import Look
        from tui.tables.providers_page import providers_lines

        lines = providers_lines(
            view.accounts, view.now, Look(width=max(width - 2, 20), zone=view.zone)
        )
        self._count = len(lines)
        first = min(view.first, max(len(lines) - height, 0))
        return [(Piece(" "), *map(_inked, each)) for each in lines[first : first + height]]

    def on_show(self) -> None:
        """Catch up with what changed while nobody looked."""
        self._inquiry.ask_if_due()

    @work(thread=True, group="providers", exclusive=True, exit_on_error=False)
    def _take(self, source: Source) -> None:
        try:
            taken = AccountsTaken(source.providers.enabled())
        except Exception as error:  # noqa: BLE001 - the thread's one boundary
            reason = plain(str(error)) or type(error).__name__
            taken = AccountsTaken(None, f"Providers could not be read: {reason}.")
        self.post_message(taken)

    @on(AccountsTaken)
    def take_accounts(self, taken: AccountsTaken) -> None:
        """Draw what was read, then rest a little before the next."""
        self._inquiry.rest()
        self._accounts = taken.accounts
        if taken.accounts is None:
            self._inquiry.forget()
            self.view = taken.sentence
        else:
            self._put()

    def action_move(self, lines: int) -> None:
        """Scroll by lines."""
        self._begin_at(self._first + lines)

    def action_page(self, pages: int) -> None:
        """Scroll by what is seen at once."""
        self._begin_at(self._first + pages * max(self.size.height - 1, 1))

    def action_edge(self, is_last: bool) -> None:
        """Go to the first or the last line."""
        self._begin_at(self._count if is_last else 0)

    def on_mouse_scroll_down(self) -> None:
        """Scroll with the wheel."""
        self.action_move(3)

    def on_mouse_scroll_up(self) -> None:
        """Scroll with the wheel."""
        self.action_move(-3)

    def _begin_at(self, first: int) -> None:
        self._first = max(0, min(first, self._count - self.size.height))
        self._put()

    def _put(self) -> None:
        if self._accounts is not None:
            minute = self._now // MINUTE * MINUTE
            self.view = ProvidersView(self._accounts, minute, self._zone, self._first)


def _inked(piece: Piece) -> Piece:
    return piece._replace(ink=_INKS.get(piece.ink, "bold" if "bold" in piece.ink else "plain"))
