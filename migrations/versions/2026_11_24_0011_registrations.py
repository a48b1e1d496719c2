"""Registrations, with their waitlist, and attendance."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import protect

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "registration",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "REGISTERED",
                "WAITLISTED",
                "CANCELLED",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person.tenant_id", "person.id"], name=op.f("registration_person_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"], ["session.tenant_id", "session.id"], name=op.f("registration_session_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("registration_pkey")),
    )
    op.create_index(
        "registration_one_per_person",
        "registration",
        ["tenant_id", "session_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'CANCELLED'"),
    )
    op.create_index(
        "registration_person_registered_at_idx",
        "registration",
        ["tenant_id", "person_id", "registered_at", "id"],
        unique=False,
    )
    op.create_index(
        "registration_registered_at_idx", "registration", ["tenant_id", "registered_at", "id"], unique=False
    )
    op.create_index(
        "registration_session_registered_at_idx",
        "registration",
        ["tenant_id", "session_id", "registered_at", "id"],
        unique=False,
    )
    op.create_table(
        "attendance",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PRESENT", "PARTIAL", "ABSENT", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column(
            "evidence",
            sa.Enum(
                "SIGN_IN",
                "INSTRUCTOR",
                "VIRTUAL_ROOM",
                "SELF_REPORT",
                name="evidence",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("attendance_minutes_check")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"], ["meeting.tenant_id", "meeting.id"], name=op.f("attendance_meeting_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person.tenant_id", "person.id"], name=op.f("attendance_person_id_fkey")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("attendance_pkey")),
        sa.UniqueConstraint("tenant_id", "meeting_id", "person_id", name=op.f("attendance_meeting_id_key")),
    )
    op.create_index(
        "attendance_meeting_recorded_at_idx",
        "attendance",
        ["tenant_id", "meeting_id", "recorded_at", "id"],
        unique=False,
    )
    op.create_index(
        "attendance_person_recorded_at_idx", "attendance", ["tenant_id", "person_id", "recorded_at", "id"], unique=False
    )
    op.create_index("attendance_recorded_at_idx", "attendance", ["tenant_id", "recorded_at", "id"], unique=False)
    protect("registration")
    protect("attendance")


def downgrade() -> None:
    op.drop_table("attendance")
    op.drop_table("registration")
