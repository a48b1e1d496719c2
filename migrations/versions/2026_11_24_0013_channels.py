"""Channels and posts."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import protect

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nonnulls(cohort_id, session_id, community_id) = 1", name=op.f("channel_owner_check")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cohort_id"], ["cohort.tenant_id", "cohort.id"], name=op.f("channel_cohort_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "community_id"],
            ["community.tenant_id", "community.id"],
            name=op.f("channel_community_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"], ["session.tenant_id", "session.id"], name=op.f("channel_session_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("channel_pkey")),
        sa.UniqueConstraint("tenant_id", "cohort_id", name=op.f("channel_cohort_id_key")),
        sa.UniqueConstraint("tenant_id", "community_id", name=op.f("channel_community_id_key")),
        sa.UniqueConstraint("tenant_id", "session_id", name=op.f("channel_session_id_key")),
    )
    op.create_index("channel_created_at_idx", "channel", ["tenant_id", "created_at", "id"], unique=False)
    op.create_table(
        "post",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "NOTE", "PROMPT", "RESOURCE", "STORY", name="kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("reply_to_id", sa.Uuid(), nullable=True),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "author_id"], ["person.tenant_id", "person.id"], name=op.f("post_author_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "channel_id"], ["channel.tenant_id", "channel.id"], name=op.f("post_channel_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reply_to_id"], ["post.tenant_id", "post.id"], name=op.f("post_reply_to_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "step_id"], ["step.tenant_id", "step.id"], name=op.f("post_step_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("post_pkey")),
        sa.UniqueConstraint("tenant_id", "step_id", name=op.f("post_step_id_key")),
    )
    op.create_index("post_author_id_posted_at_idx", "post", ["tenant_id", "author_id", "posted_at", "id"], unique=False)
    op.create_index(
        "post_channel_id_posted_at_idx", "post", ["tenant_id", "channel_id", "posted_at", "id"], unique=False
    )
    op.create_index("post_posted_at_idx", "post", ["tenant_id", "posted_at", "id"], unique=False)
    op.create_index(
        "post_reply_to_id_posted_at_idx", "post", ["tenant_id", "reply_to_id", "posted_at", "id"], unique=False
    )
    protect("channel")
    protect("post")


def downgrade() -> None:
    op.drop_table("post")
    op.drop_table("channel")
