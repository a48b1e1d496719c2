"""Organizations and people."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import protect

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "organization",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("organization_pkey")),
        sa.UniqueConstraint("tenant_id", "external_ref", name=op.f("organization_external_ref_key")),
    )
    op.create_index("organization_created_at_idx", "organization", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("organization_name_idx", "organization", ["tenant_id", "name", "id"], unique=False)
    op.create_table(
        "person",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organization_id"],
            ["organization.tenant_id", "organization.id"],
            name=op.f("person_organization_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("person_pkey")),
        sa.UniqueConstraint("tenant_id", "email", name=op.f("person_email_key")),
        sa.UniqueConstraint("tenant_id", "external_ref", name=op.f("person_external_ref_key")),
    )
    op.create_index("person_created_at_idx", "person", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("person_name_idx", "person", ["tenant_id", "name", "id"], unique=False)
    op.create_index(
        "person_organization_name_idx", "person", ["tenant_id", "organization_id", "name", "id"], unique=False
    )
    protect("organization")
    protect("person")


def downgrade() -> None:
    op.drop_table("person")
    op.drop_table("organization")
