"""Cohorts and enrollments."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import protect

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "cohort",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"], ["program.tenant_id", "program.id"], name=op.f("cohort_program_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("cohort_pkey")),
        sa.UniqueConstraint("tenant_id", "external_ref", name=op.f("cohort_external_ref_key")),
    )
    op.create_index("cohort_created_at_idx", "cohort", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("cohort_name_idx", "cohort", ["tenant_id", "name", "id"], unique=False)
    op.create_index(
        "cohort_program_created_at_idx", "cohort", ["tenant_id", "program_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "enrollment",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("ACTIVE", "WITHDRAWN", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cohort_id"], ["cohort.tenant_id", "cohort.id"], name=op.f("enrollment_cohort_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person.tenant_id", "person.id"], name=op.f("enrollment_person_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("enrollment_pkey")),
        sa.UniqueConstraint("tenant_id", "cohort_id", "person_id", name=op.f("enrollment_cohort_id_key")),
    )
    op.create_index(
        "enrollment_cohort_enrolled_at_idx", "enrollment", ["tenant_id", "cohort_id", "enrolled_at", "id"], unique=False
    )
    op.create_index("enrollment_enrolled_at_idx", "enrollment", ["tenant_id", "enrolled_at", "id"], unique=False)
    op.create_index(
        "enrollment_person_enrolled_at_idx", "enrollment", ["tenant_id", "person_id", "enrolled_at", "id"], unique=False
    )
    protect("cohort")
    protect("enrollment")


def downgrade() -> None:
    op.drop_table("enrollment")
    op.drop_table("cohort")
