"""The database's shape, revision by revision, and the two roles it knows.

The owner (BYPASSRLS) only migrates; the application connects as a plain role that row security binds.
"""

import hashlib
import hmac
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

OWNER = "collegium_owner"
APPLICATION = "collegium_app"
FOLDER = Path(__file__).resolve().parent


class MigrationError(RuntimeError):
    """The database can't be prepared; the message says what its administrator has to do."""


def application_url(url: str) -> str:
    """The application's own address, given the administrator's.

    Its password is derived from the administrator's, so that one `DATABASE_URL` is all there is to configure.
    """
    address = make_url(url)
    return address.set(username=APPLICATION, password=_application_password(address)).render_as_string(
        hide_password=False
    )


def config() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s")
    return settings


async def upgrade(url: str) -> None:
    """Bring the database at `url` (its administrator's address) to the newest revision. Safe to run again."""
    await _prepare_roles(make_url(url))
    await run(url, lambda settings: command.upgrade(settings, "head"))


async def revision(url: str) -> str | None:
    """The revision at which the database stands; None where it was never migrated."""
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        if await connection.fetchval("SELECT to_regclass('public.alembic_version')") is None:
            return None
        return await connection.fetchval("SELECT version_num FROM alembic_version")  # type: ignore[no-any-return]
    finally:
        await connection.close()


async def at_newest(url: str) -> bool:
    return await revision(url) == ScriptDirectory.from_config(config()).get_current_head()


async def run(url: str, task: object) -> None:
    """Run an alembic command as the owner, one at a time among all processes: the lock ends with the connection."""
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)

    def with_connection(connection: Connection) -> None:
        settings = config()
        settings.attributes["connection"] = connection
        task(settings)  # type: ignore[operator]

    async with engine.connect() as connection:
        await connection.exec_driver_sql("SELECT pg_advisory_lock(hashtext('collegium migrations'))")
        await connection.exec_driver_sql(f"SET ROLE {OWNER}")
        await connection.run_sync(with_connection)
        await connection.commit()
    await engine.dispose()


def _application_password(address: URL) -> str | None:
    if not address.password:
        return None
    return hmac.digest(str(address.password).encode(), APPLICATION.encode(), hashlib.sha256).hex()


async def _prepare_roles(address: URL) -> None:
    password = _application_password(address)
    connection = await asyncpg.connect(address.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('collegium roles'))")
            known = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
            if OWNER not in known:
                await connection.execute(f"CREATE ROLE {OWNER} NOLOGIN BYPASSRLS")
                await connection.execute(f"GRANT {OWNER} TO CURRENT_USER")
            if APPLICATION not in known:
                await connection.execute(
                    f"CREATE ROLE {APPLICATION} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
                )
            if password:
                await connection.execute(f"ALTER ROLE {APPLICATION} PASSWORD '{password}'")
            database = await connection.fetchval("SELECT quote_ident(current_database())")
            await connection.execute(f"GRANT CREATE, CONNECT ON DATABASE {database} TO {OWNER}")
            await connection.execute(f"GRANT CREATE, USAGE ON SCHEMA public TO {OWNER}")
            await connection.execute(f"GRANT USAGE ON SCHEMA public TO {APPLICATION}")
    except asyncpg.InsufficientPrivilegeError as problem:
        raise MigrationError(
            f"The user {address.username} of DATABASE_URL may not create the roles {OWNER} and {APPLICATION}. "
            f"Let an administrator run: CREATE ROLE {OWNER} NOLOGIN BYPASSRLS; GRANT {OWNER} TO {address.username}; "
            f"CREATE ROLE {APPLICATION} LOGIN PASSWORD '…';"
        ) from problem
    finally:
        await connection.close()
