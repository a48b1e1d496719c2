"""Answers to mutations, kept for a day under a key of their sender's."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import protect

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "kept_answer",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("kept_since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("kept_answer_pkey")),
        sa.UniqueConstraint("tenant_id", "holder_id", "key_digest", name="kept_answer_key"),
    )
    op.create_index("kept_answer_kept_since_idx", "kept_answer", ["tenant_id", "kept_since", "id"], unique=False)
    protect("kept_answer")
