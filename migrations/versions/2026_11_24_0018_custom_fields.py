"""Custom fields, their choices and values."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import protect

revision = "0018"
down_revision = "0017"

CARRIERS = ("PERSON", "ORGANIZATION", "PROGRAM", "COHORT", "SESSION", "COMMUNITY")
KINDS = ("TEXT", "NUMBER", "DATE", "CHOICE", "REFERENCE")
OWNERS = "person_id, organization_id, program_id, cohort_id, session_id, community_id"
REFERENCES = "to_person_id, to_organization_id, to_program_id, to_cohort_id, to_session_id, to_community_id"
VALUES = "text_value, number_value, date_value, choice_value, reference_id"


def word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def given(column: str, words: tuple[str, ...], columns: str) -> str:
    cases = " ".join(
        f"WHEN '{word}' THEN {one} IS NOT NULL" for word, one in zip(words, columns.split(", "), strict=True)
    )
    return f"CASE {column} {cases} END AND num_nonnulls({columns}) = 1"


def upgrade() -> None:
    op.create_table(
        "custom_field",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record", word("record", *CARRIERS), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", word("kind", *KINDS), nullable=False),
        sa.Column("refers_to", word("refers_to", *CARRIERS), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("help", sa.String(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("visibility", word("visibility", "EVERYONE", "STAFF"), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'REFERENCE') = (refers_to IS NOT NULL)", name=op.f("custom_field_refers_to_given_check")
        ),
        sa.CheckConstraint("(slot IS NULL) = (retired_at IS NOT NULL)", name=op.f("custom_field_retired_at_check")),
        sa.CheckConstraint("slot BETWEEN 1 AND 50", name=op.f("custom_field_slot_check")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("custom_field_pkey")),
        sa.UniqueConstraint("tenant_id", "id", "record", "kind", name="custom_field_kind_key"),
        sa.UniqueConstraint("tenant_id", "record", "key", name="custom_field_key"),
        sa.UniqueConstraint("tenant_id", "record", "slot", name="custom_field_slot_key"),
    )
    op.create_index("custom_field_created_at_idx", "custom_field", ["tenant_id", "created_at", "id"], unique=False)
    op.create_table(
        "custom_choice",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("field_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("position >= 1", name=op.f("custom_choice_position_check")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "field_id"],
            ["custom_field.tenant_id", "custom_field.id"],
            name=op.f("custom_choice_field_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("custom_choice_pkey")),
        sa.UniqueConstraint("tenant_id", "field_id", "value", name="custom_choice_value_key"),
    )
    op.create_index(
        "custom_choice_position_idx", "custom_choice", ["tenant_id", "field_id", "position", "id"], unique=False
    )
    op.create_table(
        "custom_value",
        sa.Column("tenant_id", sa.Uuid(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("field_id", sa.Uuid(), nullable=False),
        sa.Column("record", word("record", *CARRIERS), nullable=False),
        sa.Column("kind", word("kind", *KINDS), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("cohort_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column(
            "owner_id",
            sa.Uuid(),
            sa.Computed(f"coalesce({OWNERS})", persisted=True),
            nullable=False,
        ),
        sa.Column("text_value", sa.String(), nullable=True),
        sa.Column("number_value", sa.Float(), nullable=True),
        sa.Column("date_value", sa.Date(), nullable=True),
        sa.Column("choice_value", sa.String(), nullable=True),
        sa.Column("to_person_id", sa.Uuid(), nullable=True),
        sa.Column("to_organization_id", sa.Uuid(), nullable=True),
        sa.Column("to_program_id", sa.Uuid(), nullable=True),
        sa.Column("to_cohort_id", sa.Uuid(), nullable=True),
        sa.Column("to_session_id", sa.Uuid(), nullable=True),
        sa.Column("to_community_id", sa.Uuid(), nullable=True),
        sa.Column(
            "reference_id",
            sa.Uuid(),
            sa.Computed(f"coalesce({REFERENCES})", persisted=True),
            nullable=True,
        ),
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            given("kind", KINDS, VALUES),
            name=op.f("custom_value_value_check"),
        ),
        sa.CheckConstraint(
            given("record", CARRIERS, OWNERS),
            name=op.f("custom_value_owner_check"),
        ),
        sa.CheckConstraint(
            f"num_nonnulls({REFERENCES}) <= 1",
            name=op.f("custom_value_reference_check"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cohort_id"], ["cohort.tenant_id", "cohort.id"], name=op.f("custom_value_cohort_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "community_id"],
            ["community.tenant_id", "community.id"],
            name=op.f("custom_value_community_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "field_id", "choice_value"],
            ["custom_choice.tenant_id", "custom_choice.field_id", "custom_choice.value"],
            name="custom_value_choice_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "field_id", "record", "kind"],
            ["custom_field.tenant_id", "custom_field.id", "custom_field.record", "custom_field.kind"],
            name=op.f("custom_value_field_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organization_id"],
            ["organization.tenant_id", "organization.id"],
            name=op.f("custom_value_organization_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person.tenant_id", "person.id"], name=op.f("custom_value_person_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "program_id"], ["program.tenant_id", "program.id"], name=op.f("custom_value_program_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"], ["session.tenant_id", "session.id"], name=op.f("custom_value_session_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_cohort_id"],
            ["cohort.tenant_id", "cohort.id"],
            name=op.f("custom_value_to_cohort_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_community_id"],
            ["community.tenant_id", "community.id"],
            name=op.f("custom_value_to_community_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_organization_id"],
            ["organization.tenant_id", "organization.id"],
            name=op.f("custom_value_to_organization_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("custom_value_to_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_program_id"],
            ["program.tenant_id", "program.id"],
            name=op.f("custom_value_to_program_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_session_id"],
            ["session.tenant_id", "session.id"],
            name=op.f("custom_value_to_session_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("custom_value_pkey")),
        sa.UniqueConstraint("tenant_id", "owner_id", "field_id", name="custom_value_owner_key"),
    )
    op.create_index(
        "custom_value_sort_key_idx", "custom_value", ["tenant_id", "field_id", "sort_key", "owner_id"], unique=False
    )
    protect("custom_field")
    protect("custom_choice")
    protect("custom_value")


def downgrade() -> None:
    op.drop_table("custom_value")
    op.drop_table("custom_choice")
    op.drop_table("custom_field")
