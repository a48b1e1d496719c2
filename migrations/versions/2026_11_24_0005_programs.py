"""Programs."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import protect

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "program",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("goal", sa.String(), nullable=False),
        sa.Column("regulated", sa.Boolean(), nullable=False),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("price_currency", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nulls(price_minor, price_currency) <> 1", name=op.f("program_price_complete_check")),
        sa.CheckConstraint("price_minor >= 0", name=op.f("program_price_minor_check")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("program_pkey")),
        sa.UniqueConstraint("tenant_id", "external_ref", name=op.f("program_external_ref_key")),
    )
    op.create_index("program_created_at_idx", "program", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("program_title_idx", "program", ["tenant_id", "title", "id"], unique=False)
    protect("program")


def downgrade() -> None:
    op.drop_table("program")
