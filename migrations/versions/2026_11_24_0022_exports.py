"""Exports and their files."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import protect

revision = "0022"
down_revision = "0021"

STATUSES = ("QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED", "EXPIRED")


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("operation_name", sa.String(), nullable=True),
        sa.Column("variables", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("kept_minutes", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("packed_bytes", sa.BigInteger(), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(person_id, app_id) = 1", name=op.f("export_holder_check")),
        sa.ForeignKeyConstraint(["tenant_id", "app_id"], ["app.tenant_id", "app.id"], name=op.f("export_app_id_fkey")),
        sa.ForeignKeyConstraint(["tenant_id", "key_id"], ["key.tenant_id", "key.id"], name=op.f("export_key_id_fkey")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person.tenant_id", "person.id"], name=op.f("export_person_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("export_pkey")),
    )
    op.create_index("export_created_at_idx", "export", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index(
        "export_unfinished_idx",
        "export",
        ["tenant_id", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('QUEUED', 'RUNNING')"),
    )
    op.create_index(
        "export_expires_at_idx",
        "export",
        ["tenant_id", "expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'DONE'"),
    )
    op.create_table(
        "export_stretch",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("packed_start", sa.BigInteger(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "export_id"], ["export.tenant_id", "export.id"], name=op.f("export_stretch_export_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("export_stretch_pkey")),
        sa.UniqueConstraint("tenant_id", "export_id", "start", name=op.f("export_stretch_export_id_key")),
        sa.UniqueConstraint("tenant_id", "export_id", "packed_start", name="export_stretch_packed_start_key"),
    )
    op.execute("ALTER TABLE export_stretch ALTER COLUMN packed SET STORAGE EXTERNAL")
    protect("export")
    protect("export_stretch")


def downgrade() -> None:
    op.drop_table("export_stretch")
    op.drop_table("export")
