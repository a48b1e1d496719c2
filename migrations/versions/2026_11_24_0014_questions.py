"""Questions and answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import protect

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "author_id"], ["person.tenant_id", "person.id"], name=op.f("question_author_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "channel_id"], ["channel.tenant_id", "channel.id"], name=op.f("question_channel_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("question_pkey")),
        sa.UniqueConstraint("tenant_id", "external_ref", name=op.f("question_external_ref_key")),
    )
    op.create_index("question_asked_at_idx", "question", ["tenant_id", "asked_at", "id"], unique=False)
    op.create_index(
        "question_author_id_asked_at_idx", "question", ["tenant_id", "author_id", "asked_at", "id"], unique=False
    )
    op.create_index(
        "question_channel_id_asked_at_idx", "question", ["tenant_id", "channel_id", "asked_at", "id"], unique=False
    )
    op.create_index(
        "question_channel_id_score_idx", "question", ["tenant_id", "channel_id", "score", "id"], unique=False
    )
    op.create_index("question_score_idx", "question", ["tenant_id", "score", "id"], unique=False)
    op.create_table(
        "answer",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("accepted_by_id IS NULL OR accepted_at IS NOT NULL", name=op.f("answer_accepted_by_check")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "accepted_by_id"], ["person.tenant_id", "person.id"], name=op.f("answer_accepted_by_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "author_id"], ["person.tenant_id", "person.id"], name=op.f("answer_author_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "question_id"], ["question.tenant_id", "question.id"], name=op.f("answer_question_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("answer_pkey")),
        sa.UniqueConstraint("tenant_id", "external_ref", name=op.f("answer_external_ref_key")),
    )
    op.create_index(
        "answer_accepted_key",
        "answer",
        ["tenant_id", "question_id"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NOT NULL"),
    )
    op.create_index("answer_answered_at_idx", "answer", ["tenant_id", "answered_at", "id"], unique=False)
    op.create_index(
        "answer_author_id_answered_at_idx", "answer", ["tenant_id", "author_id", "answered_at", "id"], unique=False
    )
    op.create_index(
        "answer_question_id_answered_at_idx", "answer", ["tenant_id", "question_id", "answered_at", "id"], unique=False
    )
    op.create_index("answer_question_id_score_idx", "answer", ["tenant_id", "question_id", "score", "id"], unique=False)
    op.create_index("answer_score_idx", "answer", ["tenant_id", "score", "id"], unique=False)
    protect("question")
    protect("answer")


def downgrade() -> None:
    op.drop_table("answer")
    op.drop_table("question")
