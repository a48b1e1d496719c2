"""Instruments and their items."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import protect

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "instrument",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "REACTION",
                "LEARNING",
                "BEHAVIOR",
                "RESULTS",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("instrument_version_check")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("instrument_pkey")),
        sa.UniqueConstraint("tenant_id", "external_ref", name=op.f("instrument_external_ref_key")),
        sa.UniqueConstraint("tenant_id", "name", "version", name=op.f("instrument_name_key")),
    )
    op.create_index("instrument_created_at_idx", "instrument", ["tenant_id", "created_at", "id"], unique=False)
    op.create_table(
        "item",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "RATING",
                "SINGLE_CHOICE",
                "MULTIPLE_CHOICE",
                "RECOMMENDATION",
                "TEXT",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("choices", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("item_position_check")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instrument_id"],
            ["instrument.tenant_id", "instrument.id"],
            name=op.f("item_instrument_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("item_pkey")),
        sa.UniqueConstraint("tenant_id", "instrument_id", "code", name="item_code_key"),
        sa.UniqueConstraint("tenant_id", "instrument_id", "position", name="item_position_key"),
    )
    protect("instrument")
    protect("item")


def downgrade() -> None:
    op.drop_table("item")
    op.drop_table("instrument")
