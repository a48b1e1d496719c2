"""Trusted documents, and apps that are locked to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import protect

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "trusted_document",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("operations", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "app_id"], ["app.tenant_id", "app.id"], name=op.f("trusted_document_app_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("trusted_document_pkey")),
        sa.UniqueConstraint("tenant_id", "app_id", "document_id", name=op.f("trusted_document_app_id_key")),
    )
    op.create_index(
        "trusted_document_app_id_registered_at_idx",
        "trusted_document",
        ["tenant_id", "app_id", "registered_at", "id"],
        unique=False,
    )
    op.create_index("trusted_document_digest_idx", "trusted_document", ["tenant_id", "digest"], unique=False)
    op.create_index(
        "trusted_document_document_id_idx", "trusted_document", ["tenant_id", "document_id", "id"], unique=False
    )
    op.create_index(
        "trusted_document_registered_at_idx", "trusted_document", ["tenant_id", "registered_at", "id"], unique=False
    )
    op.add_column("app", sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("app", "locked", server_default=None)
    protect("trusted_document")


def downgrade() -> None:
    op.drop_column("app", "locked")
    op.drop_table("trusted_document")
