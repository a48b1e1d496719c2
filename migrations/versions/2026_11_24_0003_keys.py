"""Apps and keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import protect

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "app",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("app_pkey")),
    )
    op.create_index("app_created_at_idx", "app", ["tenant_id", "created_at", "id"], unique=False)
    op.create_table(
        "key",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("app_id", sa.Uuid(), nullable=True),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(person_id, app_id) = 1", name=op.f("key_holder_check")),
        sa.ForeignKeyConstraint(["tenant_id", "app_id"], ["app.tenant_id", "app.id"], name=op.f("key_app_id_fkey")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person.tenant_id", "person.id"], name=op.f("key_person_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("key_pkey")),
        sa.UniqueConstraint("tenant_id", "digest", name=op.f("key_digest_key")),
    )
    op.create_index("key_created_at_idx", "key", ["tenant_id", "created_at", "id"], unique=False)
    protect("app")
    protect("key")


def downgrade() -> None:
    op.drop_table("key")
    op.drop_table("app")
