"""Journeys and their steps."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import protect

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "journey",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("unrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cohort_id"], ["cohort.tenant_id", "cohort.id"], name=op.f("journey_cohort_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "enrollment_id"],
            ["enrollment.tenant_id", "enrollment.id"],
            name=op.f("journey_enrollment_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("journey_pkey")),
    )
    op.create_index(
        "journey_cohort_id_unrolled_at_idx", "journey", ["tenant_id", "cohort_id", "unrolled_at", "id"], unique=False
    )
    op.create_index(
        "journey_cohort_key",
        "journey",
        ["tenant_id", "cohort_id"],
        unique=True,
        postgresql_where=sa.text("enrollment_id IS NULL"),
    )
    op.create_index("journey_enrollment_id_idx", "journey", ["tenant_id", "enrollment_id"], unique=False)
    op.create_index(
        "journey_enrollment_key",
        "journey",
        ["tenant_id", "cohort_id", "enrollment_id"],
        unique=True,
        postgresql_where=sa.text("enrollment_id IS NOT NULL"),
    )
    op.create_index("journey_unrolled_at_idx", "journey", ["tenant_id", "unrolled_at", "id"], unique=False)
    op.create_table(
        "step",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "DUE",
                "COMPLETED",
                "SKIPPED",
                "OVERDUE",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("(status = 'COMPLETED') = (completed_at IS NOT NULL)", name=op.f("step_completed_at_check")),
        sa.CheckConstraint("overdue_at >= due_at", name=op.f("step_overdue_after_due_check")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "activity_id"], ["activity.tenant_id", "activity.id"], name=op.f("step_activity_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cohort_id"], ["cohort.tenant_id", "cohort.id"], name=op.f("step_cohort_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "enrollment_id"],
            ["enrollment.tenant_id", "enrollment.id"],
            name=op.f("step_enrollment_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "journey_id"], ["journey.tenant_id", "journey.id"], name=op.f("step_journey_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"], ["session.tenant_id", "session.id"], name=op.f("step_session_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("step_pkey")),
        sa.UniqueConstraint("tenant_id", "journey_id", "activity_id", name=op.f("step_journey_id_key")),
    )
    op.create_index("step_activity_id_due_at_idx", "step", ["tenant_id", "activity_id", "due_at", "id"], unique=False)
    op.create_index("step_cohort_id_due_at_idx", "step", ["tenant_id", "cohort_id", "due_at", "id"], unique=False)
    op.create_index("step_due_at_idx", "step", ["tenant_id", "due_at", "id"], unique=False)
    op.create_index(
        "step_enrollment_id_due_at_idx", "step", ["tenant_id", "enrollment_id", "due_at", "id"], unique=False
    )
    op.create_index("step_journey_id_due_at_idx", "step", ["tenant_id", "journey_id", "due_at", "id"], unique=False)
    op.create_index("step_session_id_due_at_idx", "step", ["tenant_id", "session_id", "due_at", "id"], unique=False)
    op.create_index("step_status_due_at_idx", "step", ["tenant_id", "status", "due_at", "id"], unique=False)
    op.create_index("step_status_overdue_at_idx", "step", ["tenant_id", "status", "overdue_at", "id"], unique=False)
    protect("journey")
    protect("step")


def downgrade() -> None:
    op.drop_table("step")
    op.drop_table("journey")
