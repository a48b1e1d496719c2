"""Evaluations and responses."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import protect

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "evaluation",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instrument_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("closes_at > opened_at", name=op.f("evaluation_closes_after_opening_check")),
        sa.CheckConstraint("num_nonnulls(cohort_id, session_id, program_id) = 1", name=op.f("evaluation_judged_check")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cohort_id"], ["cohort.tenant_id", "cohort.id"], name=op.f("evaluation_cohort_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instrument_id"],
            ["instrument.tenant_id", "instrument.id"],
            name=op.f("evaluation_instrument_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"], ["program.tenant_id", "program.id"], name=op.f("evaluation_program_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"], ["session.tenant_id", "session.id"], name=op.f("evaluation_session_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "step_id"], ["step.tenant_id", "step.id"], name=op.f("evaluation_step_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("evaluation_pkey")),
        sa.UniqueConstraint("tenant_id", "external_ref", name=op.f("evaluation_external_ref_key")),
        sa.UniqueConstraint("tenant_id", "step_id", name=op.f("evaluation_step_id_key")),
    )
    op.create_index(
        "evaluation_cohort_id_opened_at_idx", "evaluation", ["tenant_id", "cohort_id", "opened_at", "id"], unique=False
    )
    op.create_index(
        "evaluation_instrument_id_opened_at_idx",
        "evaluation",
        ["tenant_id", "instrument_id", "opened_at", "id"],
        unique=False,
    )
    op.create_index("evaluation_opened_at_idx", "evaluation", ["tenant_id", "opened_at", "id"], unique=False)
    op.create_index(
        "evaluation_program_id_opened_at_idx",
        "evaluation",
        ["tenant_id", "program_id", "opened_at", "id"],
        unique=False,
    )
    op.create_index(
        "evaluation_session_id_opened_at_idx",
        "evaluation",
        ["tenant_id", "session_id", "opened_at", "id"],
        unique=False,
    )
    op.create_table(
        "response",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "evaluation_id"],
            ["evaluation.tenant_id", "evaluation.id"],
            name=op.f("response_evaluation_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person.tenant_id", "person.id"], name=op.f("response_person_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("response_pkey")),
        sa.UniqueConstraint("tenant_id", "external_ref", name=op.f("response_external_ref_key")),
    )
    op.create_index(
        "response_evaluation_id_submitted_at_idx",
        "response",
        ["tenant_id", "evaluation_id", "submitted_at", "id"],
        unique=False,
    )
    op.create_index(
        "response_person_id_submitted_at_idx",
        "response",
        ["tenant_id", "person_id", "submitted_at", "id"],
        unique=False,
    )
    op.create_index("response_submitted_at_idx", "response", ["tenant_id", "submitted_at", "id"], unique=False)
    op.create_table(
        "participation",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "evaluation_id"],
            ["evaluation.tenant_id", "evaluation.id"],
            name=op.f("participation_evaluation_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person.tenant_id", "person.id"], name=op.f("participation_person_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("participation_pkey")),
        sa.UniqueConstraint("tenant_id", "evaluation_id", "person_id", name=op.f("participation_evaluation_id_key")),
    )
    op.create_index("participation_person_id_idx", "participation", ["tenant_id", "person_id"], unique=False)
    op.create_table(
        "item_answer",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("choices", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"], ["item.tenant_id", "item.id"], name=op.f("item_answer_item_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "response_id"],
            ["response.tenant_id", "response.id"],
            name=op.f("item_answer_response_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("item_answer_pkey")),
        sa.UniqueConstraint("tenant_id", "response_id", "item_id", name=op.f("item_answer_response_id_key")),
    )
    op.create_index(
        "item_answer_item_id_number_idx", "item_answer", ["tenant_id", "item_id", "number", "id"], unique=False
    )
    protect("evaluation")
    protect("response")
    protect("participation")
    protect("item_answer")


def downgrade() -> None:
    op.drop_table("item_answer")
    op.drop_table("participation")
    op.drop_table("response")
    op.drop_table("evaluation")
