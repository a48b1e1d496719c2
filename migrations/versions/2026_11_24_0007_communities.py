"""Communities of practice and their members."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import protect

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "community",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("charter", sa.String(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column(
            "visibility",
            sa.Enum("PUBLIC", "PRIVATE", name="visibility", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"], ["program.tenant_id", "program.id"], name=op.f("community_program_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("community_pkey")),
        sa.UniqueConstraint("tenant_id", "external_ref", name=op.f("community_external_ref_key")),
    )
    op.create_index("community_created_at_idx", "community", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("community_name_idx", "community", ["tenant_id", "name", "id"], unique=False)
    op.create_index(
        "community_program_id_created_at_idx",
        "community",
        ["tenant_id", "program_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "membership",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("MEMBER", "MODERATOR", name="role", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "community_id"],
            ["community.tenant_id", "community.id"],
            name=op.f("membership_community_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person.tenant_id", "person.id"], name=op.f("membership_person_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("membership_pkey")),
        sa.UniqueConstraint("tenant_id", "community_id", "person_id", name=op.f("membership_community_id_key")),
    )
    op.create_index(
        "membership_community_id_joined_at_idx",
        "membership",
        ["tenant_id", "community_id", "joined_at", "id"],
        unique=False,
    )
    op.create_index("membership_joined_at_idx", "membership", ["tenant_id", "joined_at", "id"], unique=False)
    op.create_index(
        "membership_person_id_joined_at_idx", "membership", ["tenant_id", "person_id", "joined_at", "id"], unique=False
    )
    protect("community")
    protect("membership")


def downgrade() -> None:
    op.drop_table("membership")
    op.drop_table("community")
