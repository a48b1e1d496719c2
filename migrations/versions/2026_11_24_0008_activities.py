"""The activities of a program's blueprint."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import protect

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("BEFORE", "DURING", "AFTER", name="stage", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum(
                "EXPERIENCE", "SOCIAL", "FORMAL", name="mode", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "PRE_WORK",
                "PROMPT",
                "SESSION",
                "BREAKOUT",
                "CASE",
                "ROLE_PLAY",
                "ASSIGNMENT",
                "CONSULTATION",
                "PEER_CHECK_IN",
                "COHORT_CHECK_IN",
                "QUESTION_WINDOW",
                "REINFORCEMENT",
                "PULSE",
                "REFLECTION",
                "ON_THE_JOB",
                "COMMUNITY",
                "EVALUATION",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "purpose",
            sa.Enum(
                "INTRODUCTION",
                "LIVE_PRACTICE",
                "EXPERT_ASSESSMENT",
                "APPLICATION",
                "REINFORCEMENT",
                "REFINEMENT",
                "CONTEXTUAL_JUDGEMENT",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("session_number", sa.Integer(), nullable=False),
        sa.Column(
            "anchor",
            sa.Enum("START", "END", name="anchor", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("offset_minutes", sa.Integer(), nullable=False),
        sa.Column("days_to_complete", sa.Integer(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("COHORT", "LEARNER", name="audience", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("instrument_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("proves_goal", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "stage = 'BEFORE' AND anchor = 'START' AND offset_minutes < 0"
            " OR stage = 'DURING' AND anchor = 'START' AND offset_minutes >= 0"
            " OR stage = 'AFTER' AND anchor = 'END' AND offset_minutes >= 0",
            name=op.f("activity_stage_offset_check"),
        ),
        sa.CheckConstraint("days_to_complete >= 1", name=op.f("activity_days_to_complete_check")),
        sa.CheckConstraint("position >= 1", name=op.f("activity_position_check")),
        sa.CheckConstraint("session_number >= 1", name=op.f("activity_session_number_check")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "community_id"],
            ["community.tenant_id", "community.id"],
            name=op.f("activity_community_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instrument_id"],
            ["instrument.tenant_id", "instrument.id"],
            name=op.f("activity_instrument_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"], ["program.tenant_id", "program.id"], name=op.f("activity_program_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("activity_pkey")),
        sa.UniqueConstraint("tenant_id", "program_id", "position", name="activity_position_key"),
    )
    op.create_index("activity_community_idx", "activity", ["tenant_id", "community_id"], unique=False)
    op.create_index("activity_instrument_idx", "activity", ["tenant_id", "instrument_id"], unique=False)
    op.create_index("activity_position_idx", "activity", ["tenant_id", "program_id", "position", "id"], unique=False)
    protect("activity")


def downgrade() -> None:
    op.drop_table("activity")
