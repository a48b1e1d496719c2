"""Write a new revision from what the records say and the migrations do not: `make revision m="certificates"`."""

import asyncio
import sys
from collections.abc import Iterable
from typing import Any

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import renderers
from alembic.config import Config
from alembic.operations.ops import CreateTableOp, MigrateOperation, MigrationScript, UpgradeOps
from sqlalchemy.engine import make_url
from sqlmodel import AutoString

import migrations
from tenants import postgres


class Protect(MigrateOperation):
    """Binds a new table to its tenant."""

    def __init__(self, table: str) -> None:
        self.table = table


@renderers.dispatch_for(Protect)
def _render_protect(context: Any, operation: Protect) -> str:
    return f'protect("{operation.table}")'


def render_type(kind: str, value: Any, context: Any) -> str | bool:
    """Words as words, and text as text."""
    if kind == "type" and isinstance(value, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(value, sa.Enum):
        words = ", ".join(f'"{word}"' for word in value.enums)
        return (
            f'sa.Enum({words}, name="{value.name}", native_enum=False, create_constraint=True, length={value.length})'
        )
    return False


def protect_new_tables(context: Any, revision: Any, directives: list[MigrationScript]) -> None:
    for directive in directives:
        upgrade: UpgradeOps = directive.upgrade_ops  # type: ignore[assignment]
        upgrade.ops = list(_protected(upgrade.ops))


def _protected(operations: Iterable[MigrateOperation]) -> Iterable[MigrateOperation]:
    new = []
    for operation in operations:
        yield operation
        if isinstance(operation, CreateTableOp) and any(
            getattr(one, "name", "") == "tenant_id" for one in operation.columns
        ):
            new.append(Protect(operation.table_name))
    yield from new


async def revise(message: str) -> None:
    """On an empty server of its own, migrated to the newest revision."""

    def write(settings: Config) -> None:
        settings.attributes["render_item"] = render_type
        settings.attributes["process_revision_directives"] = protect_new_tables
        command.revision(settings, message=message, autogenerate=True)

    with postgres.temporary() as server:
        connection = await asyncpg.connect(server.url())
        await connection.execute("CREATE DATABASE revise")
        await connection.close()
        url = make_url(server.url()).set(database="revise").render_as_string(hide_password=False)
        await migrations.upgrade(url)
        await migrations.run(url, write)


if __name__ == "__main__":
    asyncio.run(revise(" ".join(sys.argv[1:]) or "change"))
