"""The database of this installation: the embedded server in the home folder, or the one that is named."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

import migrations
from collegium.output import Problem
from collegium.settings import Settings
from tenants.database import Database
from tenants.postgres import EmbeddedPostgres

NAME = "collegium"


@dataclass(frozen=True)
class Addresses:
    """The same database, as its administrator and as the application connects to it."""

    administrator: str
    application: str


@asynccontextmanager
async def reached(settings: Settings) -> AsyncGenerator[Addresses]:
    """Where the database is. The embedded server runs until the last process that uses it is done."""
    if settings.database_url:
        await _greet(settings.database_url)
        yield Addresses(settings.database_url, migrations.application_url(settings.database_url))
        return
    with EmbeddedPostgres(settings.home / "postgres") as server:
        await _create_missing(server.url())
        administrator = server.url(database=NAME)
        yield Addresses(administrator, migrations.application_url(administrator))


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Database]:
    """The application's own connections to a database that is ready for it."""
    async with reached(settings) as addresses:
        if not await migrations.at_newest(addresses.administrator):
            raise Problem("The database is not prepared for this version. Run `collegium migrate`, then try again.")
        database = Database(addresses.application)
        try:
            yield database
        finally:
            await database.close()


async def _greet(url: str) -> None:
    """Refuse an address where no PostgreSQL answers, in words that help."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise Problem(
            "DATABASE_URL is no address of a database. Write it as postgresql://user:password@host:5432/name."
        ) from None
    if address.get_backend_name() not in ("postgresql", "postgres"):
        raise Problem(f"DATABASE_URL names {address.get_backend_name()}. Only PostgreSQL will do: postgresql://…")
    try:
        plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(plain, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        reason = str(problem) or type(problem).__name__
        raise Problem(f"The database at {address.render_as_string()} can't be used: {reason}") from None
    await connection.close()


async def _create_missing(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", NAME):
            await connection.execute(f"CREATE DATABASE {NAME}")
    except asyncpg.DuplicateDatabaseError:
        pass  # a process beside us was faster
    finally:
        await connection.close()
