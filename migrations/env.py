"""Alembic's environment. The connection is given; nothing is read from a file."""

from alembic import context
from sqlmodel import SQLModel

from migrations import records

assert records  # noqa: S101 -- imported for the tables it declares

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    transaction_per_migration=True,
    render_item=context.config.attributes.get("render_item"),
    process_revision_directives=context.config.attributes.get("process_revision_directives"),
)
with context.begin_transaction():
    context.execute("SET LOCAL lock_timeout = '4s'")
    context.run_migrations()
