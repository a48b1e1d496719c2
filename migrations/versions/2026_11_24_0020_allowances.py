"""Allowances: what a tenant and each who asks in it may cost; and whether its schema may be read by visitors."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import protect

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "allowance",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("per_second", sa.Integer(), nullable=True),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("allowance_pkey")),
        sa.CheckConstraint("per_second > 0", name=op.f("allowance_per_second_check")),
    )
    protect("allowance")
    op.add_column("tenant", sa.Column("open_introspection", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("tenant", "open_introspection", server_default=None)


def downgrade() -> None:
    op.drop_column("tenant", "open_introspection")
    op.drop_table("allowance")
