"""Connections to a team's database, and what goes wrong with them in a sentence without secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from engine.domain.mistakes import SettingsError
from engine.machines.team.schema import VERSION

if TYPE_CHECKING:
    from psycopg import Connection, Error

NEEDS_POSTGRES = (
    "A database needs psycopg: install ccmon with the extra postgres, as in uv tool install"
    " '.[postgres]'."
)
VARIABLE = "CCMON_DATABASE_URL"
_SCHEMES = ("postgresql", "postgres")
_SECONDS = 10
_NO_TABLE = ("42P01", "3F000")
_NOT_LET_IN = ("28P01", "28000")
_REFUSED = ("password", "authentication", "pg_hba.conf", "role ")
"""What libpq says where nobody is let in; of a connection that fails there is no code."""


class Unreachable(SettingsError):
    """The database cannot be reached, or went away: what was committed stays."""


def address_of(said: str | None, environment: Mapping[str, str]) -> str:
    """Return a database's address as said, or as the environment has it.

    Raises `SettingsError` where there is none; what is said is never repeated, for it may hold a
    password.
    """
    address = said or environment.get(VARIABLE, "")
    if not address:
        raise SettingsError(
            f"Say which database: postgresql://host/name, or set {VARIABLE}; the password stands"
            " best in ~/.pgpass."
        )
    if address.partition("://")[0] not in _SCHEMES:
        raise SettingsError(
            "A database's address begins with postgresql://, as in"
            " postgresql://ana@db.example.com/usage."
        )
    return address


def shown(address: str) -> str:
    """Return a database's address without name and password; of a service (libpq's) its name."""
    try:
        parts = urlsplit(address)
        service = parse_qs(parts.query).get("service", [])
        if not parts.hostname and service:
            return f"the service {service[0]}"
        host, port = parts.hostname or "this machine", parts.port
    except ValueError:
        return "the database"
    return f"{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def connect(address: str) -> Connection[Any]:
    """Open a connection; raises `SettingsError`."""
    try:
        import psycopg
    except ImportError as error:
        raise SettingsError(NEEDS_POSTGRES) from error
    try:
        connection = psycopg.connect(
            address,
            connect_timeout=_SECONDS,
            application_name="ccmon",
            keepalives_idle=_SECONDS,
            keepalives_interval=_SECONDS,
            keepalives_count=2,
            tcp_user_timeout=30_000,
        )
    except psycopg.ProgrammingError:
        # What libpq says of an address that it cannot read repeats parts of it.
        raise SettingsError(
            "The database's address cannot be read: it is written as in"
            " postgresql://ana@db.example.com/usage."
        ) from None
    except psycopg.Error as error:
        raise _told(error, address) from None
    return connection


@contextmanager
def speaking(address: str) -> Iterator[None]:
    """Tell what goes wrong with a database as `SettingsError`."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise _told(error, address) from None


def open_checked(address: str) -> Connection[Any]:
    """Open a connection to a database with the tables that are known here.

    Raises `SettingsError`.
    """
    connection = connect(address)
    try:
        with speaking(address):
            row = connection.execute("SELECT max(version) FROM ccmon.version").fetchone()
            connection.commit()
        if row is None or row[0] != VERSION:
            raise SettingsError(
                f"{shown(address)} has the tables of another version of ccmon: use the version"
                " that made them, or make them anew in another database."
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _is_refused(said: str) -> bool:
    return ("FATAL" in said and any(each in said for each in _REFUSED)) or "no password" in said


def _told(error: Error, address: str) -> SettingsError:
    """Return a sentence; what the server says is kept only where it cannot hold a secret."""
    place, state = shown(address), error.sqlstate
    if state in _NO_TABLE:
        return SettingsError(
            f"{place} has no tables of ccmon yet: whoever owns it runs ccmon push --init there."
        )
    if state == "42501":
        return SettingsError(
            f"{place} does not let this role do that: its owner grants ccmon_writer to who pushes"
            " and ccmon_reader to who reads."
        )
    if state in _NOT_LET_IN or (state is None and _is_refused(str(error))):
        return SettingsError(
            f"{place} does not know this role or its password: put them into ~/.pgpass, or into"
            f" {VARIABLE}."
        )
    if state and state.startswith("53"):
        return Unreachable(
            f"{place} has no room or no memory left: nothing of this part was kept,"
            " what came before it is."
        )
    if state and not state.startswith(("08", "57", "40", "25")):
        said = error.diag.message_primary or "an error"
        return SettingsError(f"{place} refuses that ({said}).")
    return Unreachable(
        f"{place} cannot be reached, or went away: what was committed is kept, and"
        " the next push goes on from there."
    )
