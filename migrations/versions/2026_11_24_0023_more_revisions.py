"""How often communities and custom fields were edited."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    for table in ("community", "custom_field"):
        op.add_column(table, sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
