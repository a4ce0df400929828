"""What leaves the machine in a push: said before the first one, and done by it."""

from __future__ import annotations

from typing import Literal, get_args

from engine.domain.digest import blake2b
from engine.domain.projects import project_at

Projects = Literal["names", "hashes", "none"]
"""What is pushed of projects: their paths, a hash of each, or nothing."""
PROJECTS: tuple[Projects, ...] = get_args(Projects)

LEAVES = (
    "for each response: its time, model, provider, agent and sub-agent, token counts, cost,",
    "and numbers that stand for the response and its session (ids, no text)",
    "the name of this machine, and the role that you connect with as your name",
)
OF_PROJECTS: dict[Projects, str] = {
    "names": "where each session works: the full path of its directory",
    "hashes": "of each project a hash; who knows a path can tell whether a hash is its",
    "none": "nothing of projects",
}
STAYS = "titles, prompts, answers, and anything else that was written"


class Shown:
    """Turns what a ledger knows of places into what may leave."""

    def __init__(self, projects: Projects, home: str) -> None:
        self.projects = projects
        self._home = home
        self._hashes: dict[str, str] = {}

    def directory(self, name: str) -> str:
        """Return what leaves of the name of a directory below `projects`."""
        if self.projects == "names":
            return readable(name)
        return "" if self.projects == "none" or not name else self._hash(name)

    def workplace(self, path: str, is_name: bool) -> tuple[str, bool]:
        """Return what leaves of where a session works, and whether it is a name alone."""
        if self.projects == "names":
            return readable(path), is_name
        if self.projects == "none":
            return "", True
        return self._hash(path if is_name else project_at(path, self._home).key), True

    def _hash(self, text: str) -> str:
        known = self._hashes.get(text)
        if known is None:
            digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).digest()
            known = self._hashes[text] = f"project-{digest.hex()}"
        return known


def readable(text: str) -> str:
    """Return text as a database can keep it: without NUL and halves of letters."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
