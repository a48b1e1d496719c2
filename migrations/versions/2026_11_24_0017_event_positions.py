"""Positions in the history, and the origins that a tenant allows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column(
        "event",
        sa.Column(
            "transaction_id",
            sa.BigInteger(),
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
            nullable=False,
        ),
    )
    op.create_index("event_transaction_idx", "event", ["tenant_id", "transaction_id", "id"], unique=False)
    op.add_column(
        "tenant", sa.Column("allowed_origins", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    op.alter_column("tenant", "allowed_origins", server_default=None)


def downgrade() -> None:
    op.drop_column("tenant", "allowed_origins")
    op.drop_index("event_transaction_idx", "event")
    op.drop_column("event", "transaction_id")
