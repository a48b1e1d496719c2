"""Sessions, their meetings, and head counts."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import protect

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "session",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column(
            "format",
            sa.Enum(
                "CLASSROOM",
                "VIRTUAL",
                "WORKSHOP",
                "HYBRID",
                name="format",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("SCHEDULED", "CANCELLED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("waitlist_capacity", sa.Integer(), nullable=True),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("host_organization_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'CANCELLED') = (cancelled_at IS NOT NULL)", name=op.f("session_cancelled_at_check")
        ),
        sa.CheckConstraint("capacity >= 0", name=op.f("session_capacity_check")),
        sa.CheckConstraint("number >= 1", name=op.f("session_number_check")),
        sa.CheckConstraint(
            "seats_taken >= 0 AND (capacity IS NULL OR seats_taken <= capacity)", name=op.f("session_seats_taken_check")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("session_times_check")),
        sa.CheckConstraint("waiting >= 0", name=op.f("session_waiting_check")),
        sa.CheckConstraint("waitlist_capacity >= 0", name=op.f("session_waitlist_capacity_check")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cohort_id"], ["cohort.tenant_id", "cohort.id"], name=op.f("session_cohort_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "host_organization_id"],
            ["organization.tenant_id", "organization.id"],
            name=op.f("session_host_organization_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"], ["program.tenant_id", "program.id"], name=op.f("session_program_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("session_pkey")),
        sa.UniqueConstraint("tenant_id", "cohort_id", "number", name="session_number_key"),
        sa.UniqueConstraint("tenant_id", "external_ref", name=op.f("session_external_ref_key")),
    )
    op.create_index(
        "session_cohort_starts_at_idx", "session", ["tenant_id", "cohort_id", "starts_at", "id"], unique=False
    )
    op.create_index("session_created_at_idx", "session", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index(
        "session_host_starts_at_idx", "session", ["tenant_id", "host_organization_id", "starts_at", "id"], unique=False
    )
    op.create_index(
        "session_program_starts_at_idx", "session", ["tenant_id", "program_id", "starts_at", "id"], unique=False
    )
    op.create_index("session_starts_at_idx", "session", ["tenant_id", "starts_at", "id"], unique=False)
    op.create_index("session_title_idx", "session", ["tenant_id", "title", "id"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("local_start", sa.DateTime(), nullable=False),
        sa.Column("local_end", sa.DateTime(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("meeting_latitude_check")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("meeting_longitude_check")),
        sa.CheckConstraint("num_nulls(latitude, longitude) <> 1", name=op.f("meeting_coordinates_check")),
        sa.CheckConstraint("position >= 1", name=op.f("meeting_position_check")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("meeting_times_check")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"], ["session.tenant_id", "session.id"], name=op.f("meeting_session_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("meeting_pkey")),
        sa.UniqueConstraint("tenant_id", "session_id", "position", name="meeting_position_key"),
    )
    op.create_index("meeting_position_idx", "meeting", ["tenant_id", "session_id", "position", "id"], unique=False)
    op.create_index(
        "meeting_session_starts_at_idx", "meeting", ["tenant_id", "session_id", "starts_at", "id"], unique=False
    )
    op.create_index("meeting_starts_at_idx", "meeting", ["tenant_id", "starts_at", "id"], unique=False)
    op.create_table(
        "head_count",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "REGISTERED", "ATTENDED", "CERTIFIED", name="kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("day >= 0", name=op.f("head_count_day_check")),
        sa.CheckConstraint("people >= 0", name=op.f("head_count_people_check")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"], ["session.tenant_id", "session.id"], name=op.f("head_count_session_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("head_count_pkey")),
        sa.UniqueConstraint("tenant_id", "session_id", "kind", "day", name=op.f("head_count_session_id_key")),
    )
    op.create_index("head_count_session_day_idx", "head_count", ["tenant_id", "session_id", "day", "id"], unique=False)
    protect("session")
    protect("meeting")
    protect("head_count")


def downgrade() -> None:
    op.drop_table("head_count")
    op.drop_table("meeting")
    op.drop_table("session")
