"""Tenants and their host names."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import register

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "tenant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("ACTIVE", "SUSPENDED", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("clock_offset_seconds", sa.BigInteger(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("benchmark_experience", sa.Integer(), nullable=False),
        sa.Column("benchmark_social", sa.Integer(), nullable=False),
        sa.Column("benchmark_formal", sa.Integer(), nullable=False),
        sa.Column("check_in_offset_days", sa.Integer(), nullable=False),
        sa.Column("pulse_offset_days", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("logo_url", sa.String(), nullable=True),
        sa.Column("primary_color", sa.String(), nullable=False),
        sa.Column("accent_color", sa.String(), nullable=False),
        sa.Column("support_email", sa.String(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "benchmark_experience + benchmark_social + benchmark_formal = 100", name=op.f("tenant_benchmark_check")
        ),
        sa.CheckConstraint("clock_offset_seconds >= 0", name=op.f("tenant_clock_forward_check")),
        sa.CheckConstraint("sandbox OR clock_offset_seconds = 0", name=op.f("tenant_clock_sandbox_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("tenant_pkey")),
        sa.UniqueConstraint("slug", name="tenant_slug_key"),
    )
    op.create_table(
        "tenant_host",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("tenant_host__fkey")),
        sa.PrimaryKeyConstraint("host", name=op.f("tenant_host_pkey")),
    )
    register("tenant", "id", grants="SELECT, INSERT, UPDATE")
    register("tenant_host", "tenant_id", grants="SELECT, INSERT, DELETE")


def downgrade() -> None:
    op.drop_table("tenant_host")
    op.drop_table("tenant")
