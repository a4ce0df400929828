"""Several machines: a shared folder, ssh, and whose a response is."""

from __future__ import annotations

from tui.help.blocks import Code, Page, Terms, paragraphs


def machines() -> Page:
    """Return the page on how several machines are counted together."""
    return (
        *paragraphs(
            "Run ccmon share DIR once on each machine, with a directory that any program keeps in"
            " step: Syncthing, Dropbox, iCloud, a git repository, NFS. Each machine writes files"
            " of its own and reads those of all others; reports, tabs and JSON are then of all of"
            " them. The live screen follows the directory, and writes once a minute at most."
            "\n\nccmon share ssh://user@host pulls instead, by the ccmon there or, where none is,"
            " by reading Claude Code's transcripts through ssh: only what is new, and nothing is"
            " written there. It takes your system's ssh and asks for no password, so a key must"
            " do. The live screen pulls every five minutes, ccmon share at once."
            "\n\nA response counts once, on however many machines it is seen. It belongs to the"
            " machine of its earliest line; if that line was copied, to the one with the smaller"
            " id."
        ),
        Code(
            (
                "ccmon share ~/Sync/ccmon --name laptop --person Ada",
                "ccmon share ssh://me@server",
                "ccmon share",
                "ccmon daily --by-machine",
                "ccmon models --machine laptop --json",
                "ccmon share ~/Sync/ccmon --stop",
            )
        ),
        Terms(
            (
                ("--machine NAME", "only one machine: its name, part of it, or its id"),
                ("--person NAME", "only one person's machines"),
                ("--by-machine", "a line for each machine below each row"),
                ("--by-person", "a line for each person below each row"),
                ("--redact", "of share: names of projects leave as hashes"),
            )
        ),
        *paragraphs(
            "What leaves is listed before the first write and asked for: numbers, and the names of"
            " sessions, models and projects. Prompts, answers and titles never do. --stop deletes"
            " what was written."
            "\n\nA file that came in part, was damaged, or was written by a newer ccmon is named by"
            " ccmon share and ccmon doctor, and read as soon as it changes. The format is in"
            " engine/machines/README.md. With other config directories than those in force when"
            " sharing began (--config-dir) nothing is shared: such a report is of exactly those."
        ),
    )
