"""How often each record that is edited was edited."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

EDITED = ("tenant", "organization", "person", "program", "activity", "cohort", "session")


def upgrade() -> None:
    for table in EDITED:
        op.add_column(table, sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
