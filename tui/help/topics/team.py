"""How a team keeps its usage in a database of its own."""

from __future__ import annotations

from tui.help.blocks import Page, Terms, Title, paragraphs


def team() -> Page:
    """Return the page on a team's database."""
    return (
        *paragraphs(
            "A team keeps what its coding agents used in a PostgreSQL of its own (15 or later)."
            " ccmon sends nothing anywhere else, and nothing at all before you said yes to it."
            " The extra ccmon-live[postgres] brings what it needs."
        ),
        Title("Set it up, once"),
        Terms(
            (
                (
                    "ccmon push --init URL",
                    "as the database's owner: tables, the roles ccmon_writer and ccmon_reader,"
                    " and views for Grafana",
                ),
                (
                    "CREATE ROLE ana LOGIN …",
                    "IN ROLE ccmon_writer for who pushes, ccmon_reader for who reads",
                ),
            )
        ),
        Title("Push"),
        *paragraphs(
            "ccmon push URL lists what leaves the machine, asks, and pushes what changed since the"
            " last push. Pushed again, from another machine, or after the ledger was lost, nothing"
            " counts twice; broken off, the next push goes on. Once it was agreed to, ccmon live"
            " --push URL and ccmon serve --push URL push what is new each minute; in a file that is"
            ' push = "env".'
            "\n\nURL is postgresql://ana@host/name. It may stand in CCMON_DATABASE_URL instead; a"
            " password stands best in ~/.pgpass, where nobody sees it among the processes."
        ),
        *_reading(),
    )


def _reading() -> Page:
    return (
        Title("Read"),
        *paragraphs(
            "Every report, graph and export takes --from URL, or --from env for the one in"
            " CCMON_DATABASE_URL; ccmon live --from URL watches it. With ccmon_reader it is of all"
            " people, with ccmon_writer of yourself. Up to twelve machines rows tell of machines"
            " and people."
        ),
        Title("Privacy"),
        *paragraphs(
            "Per response leave: time, model, provider, agent, sub-agent, token counts, cost, and"
            " ids of response and session; beside them the machine's name and your role. Titles,"
            " prompts and answers never do. --projects chooses what leaves of projects: hashes"
            " (the default; who knows a path can tell whether a hash is its), names (full paths)"
            " or none. Row-level security lets a writer see and change its own rows alone."
            " ccmon push --forget takes back all that you ever pushed."
        ),
    )
