"""create everything."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import protect, register

revision = 'initial'
down_revision = None


def upgrade() -> None:
    op.create_table('app',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('app_pkey'))
    )
    op.create_index('app_created_at_idx', 'app', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_table('event',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('aggregate', sa.String(), nullable=False),
    sa.Column('aggregate_id', sa.Uuid(), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('verb', sa.String(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('app_id', sa.Uuid(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('event_pkey')),
    sa.UniqueConstraint('tenant_id', 'aggregate_id', 'sequence', name='event_sequence')
    )
    op.create_index('event_occurred_idx', 'event', ['tenant_id', 'occurred_at', 'id'], unique=False)
    op.create_table('instrument',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('level', sa.Enum('REACTION', 'LEARNING', 'BEHAVIOR', 'RESULTS', name='level', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('anonymous', sa.Boolean(), nullable=False),
    sa.Column('external_ref', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('version >= 1', name=op.f('instrument_version_check')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('instrument_pkey')),
    sa.UniqueConstraint('tenant_id', 'external_ref', name=op.f('instrument_external_ref_key')),
    sa.UniqueConstraint('tenant_id', 'name', 'version', name=op.f('instrument_name_key'))
    )
    op.create_index('instrument_created_at_idx', 'instrument', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_table('organization',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('external_ref', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('organization_pkey')),
    sa.UniqueConstraint('tenant_id', 'external_ref', name=op.f('organization_external_ref_key'))
    )
    op.create_index('organization_created_at_idx', 'organization', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('organization_name_idx', 'organization', ['tenant_id', 'name', 'id'], unique=False)
    op.create_table('program',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('summary', sa.String(), nullable=False),
    sa.Column('goal', sa.String(), nullable=False),
    sa.Column('regulated', sa.Boolean(), nullable=False),
    sa.Column('external_ref', sa.String(), nullable=True),
    sa.Column('price_minor', sa.BigInteger(), nullable=True),
    sa.Column('price_currency', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('num_nulls(price_minor, price_currency) <> 1', name=op.f('program_price_complete_check')),
    sa.CheckConstraint('price_minor >= 0', name=op.f('program_price_minor_check')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('program_pkey')),
    sa.UniqueConstraint('tenant_id', 'external_ref', name=op.f('program_external_ref_key'))
    )
    op.create_index('program_created_at_idx', 'program', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('program_title_idx', 'program', ['tenant_id', 'title', 'id'], unique=False)
    op.create_table('tenant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('status', sa.Enum('ACTIVE', 'SUSPENDED', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('sandbox', sa.Boolean(), nullable=False),
    sa.Column('clock_offset_seconds', sa.BigInteger(), nullable=False),
    sa.Column('time_zone', sa.String(), nullable=False),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('benchmark_experience', sa.Integer(), nullable=False),
    sa.Column('benchmark_social', sa.Integer(), nullable=False),
    sa.Column('benchmark_formal', sa.Integer(), nullable=False),
    sa.Column('check_in_offset_days', sa.Integer(), nullable=False),
    sa.Column('pulse_offset_days', sa.Integer(), nullable=False),
    sa.Column('display_name', sa.String(), nullable=False),
    sa.Column('logo_url', sa.String(), nullable=True),
    sa.Column('primary_color', sa.String(), nullable=False),
    sa.Column('accent_color', sa.String(), nullable=False),
    sa.Column('support_email', sa.String(), nullable=True),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('benchmark_experience + benchmark_social + benchmark_formal = 100', name=op.f('tenant_benchmark_check')),
    sa.CheckConstraint('clock_offset_seconds >= 0', name=op.f('tenant_clock_forward_check')),
    sa.CheckConstraint('sandbox OR clock_offset_seconds = 0', name=op.f('tenant_clock_sandbox_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('tenant_pkey')),
    sa.UniqueConstraint('slug', name='tenant_slug_key')
    )
    op.create_table('cohort',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('program_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('external_ref', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'program_id'], ['program.tenant_id', 'program.id'], name=op.f('cohort_program_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('cohort_pkey')),
    sa.UniqueConstraint('tenant_id', 'external_ref', name=op.f('cohort_external_ref_key'))
    )
    op.create_index('cohort_created_at_idx', 'cohort', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('cohort_name_idx', 'cohort', ['tenant_id', 'name', 'id'], unique=False)
    op.create_index('cohort_program_created_at_idx', 'cohort', ['tenant_id', 'program_id', 'created_at', 'id'], unique=False)
    op.create_table('community',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('domain', sa.String(), nullable=False),
    sa.Column('charter', sa.String(), nullable=False),
    sa.Column('program_id', sa.Uuid(), nullable=True),
    sa.Column('visibility', sa.Enum('PUBLIC', 'PRIVATE', name='visibility', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('external_ref', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'program_id'], ['program.tenant_id', 'program.id'], name=op.f('community_program_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('community_pkey')),
    sa.UniqueConstraint('tenant_id', 'external_ref', name=op.f('community_external_ref_key'))
    )
    op.create_index('community_created_at_idx', 'community', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('community_name_idx', 'community', ['tenant_id', 'name', 'id'], unique=False)
    op.create_index('community_program_id_created_at_idx', 'community', ['tenant_id', 'program_id', 'created_at', 'id'], unique=False)
    op.create_table('item',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('instrument_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('RATING', 'SINGLE_CHOICE', 'MULTIPLE_CHOICE', 'RECOMMENDATION', 'TEXT', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('prompt', sa.String(), nullable=False),
    sa.Column('choices', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('required', sa.Boolean(), nullable=False),
    sa.CheckConstraint('position >= 1', name=op.f('item_position_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'instrument_id'], ['instrument.tenant_id', 'instrument.id'], name=op.f('item_instrument_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('item_pkey')),
    sa.UniqueConstraint('tenant_id', 'instrument_id', 'code', name='item_code_key'),
    sa.UniqueConstraint('tenant_id', 'instrument_id', 'position', name='item_position_key')
    )
    op.create_table('person',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('organization_id', sa.Uuid(), nullable=True),
    sa.Column('external_ref', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'organization_id'], ['organization.tenant_id', 'organization.id'], name=op.f('person_organization_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('person_pkey')),
    sa.UniqueConstraint('tenant_id', 'email', name=op.f('person_email_key')),
    sa.UniqueConstraint('tenant_id', 'external_ref', name=op.f('person_external_ref_key'))
    )
    op.create_index('person_created_at_idx', 'person', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('person_name_idx', 'person', ['tenant_id', 'name', 'id'], unique=False)
    op.create_index('person_organization_name_idx', 'person', ['tenant_id', 'organization_id', 'name', 'id'], unique=False)
    op.create_table('tenant_host',
    sa.Column('host', sa.String(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('tenant_host__fkey')),
    sa.PrimaryKeyConstraint('host', name=op.f('tenant_host_pkey'))
    )
    op.create_table('activity',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('program_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('stage', sa.Enum('BEFORE', 'DURING', 'AFTER', name='stage', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('mode', sa.Enum('EXPERIENCE', 'SOCIAL', 'FORMAL', name='mode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('kind', sa.Enum('PRE_WORK', 'PROMPT', 'SESSION', 'BREAKOUT', 'CASE', 'ROLE_PLAY', 'ASSIGNMENT', 'CONSULTATION', 'PEER_CHECK_IN', 'COHORT_CHECK_IN', 'QUESTION_WINDOW', 'REINFORCEMENT', 'PULSE', 'REFLECTION', 'ON_THE_JOB', 'COMMUNITY', 'EVALUATION', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('purpose', sa.Enum('INTRODUCTION', 'LIVE_PRACTICE', 'EXPERT_ASSESSMENT', 'APPLICATION', 'REINFORCEMENT', 'REFINEMENT', 'CONTEXTUAL_JUDGEMENT', name='purpose', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('session_number', sa.Integer(), nullable=False),
    sa.Column('anchor', sa.Enum('START', 'END', name='anchor', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('offset_minutes', sa.Integer(), nullable=False),
    sa.Column('days_to_complete', sa.Integer(), nullable=False),
    sa.Column('audience', sa.Enum('COHORT', 'LEARNER', name='audience', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('instrument_id', sa.Uuid(), nullable=True),
    sa.Column('community_id', sa.Uuid(), nullable=True),
    sa.Column('proves_goal', sa.Boolean(), nullable=False),
    sa.CheckConstraint("stage = 'BEFORE' AND anchor = 'START' AND offset_minutes < 0 OR stage = 'DURING' AND anchor = 'START' AND offset_minutes >= 0 OR stage = 'AFTER' AND anchor = 'END' AND offset_minutes >= 0", name=op.f('activity_stage_offset_check')),
    sa.CheckConstraint('days_to_complete >= 1', name=op.f('activity_days_to_complete_check')),
    sa.CheckConstraint('position >= 1', name=op.f('activity_position_check')),
    sa.CheckConstraint('session_number >= 1', name=op.f('activity_session_number_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'community_id'], ['community.tenant_id', 'community.id'], name=op.f('activity_community_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'instrument_id'], ['instrument.tenant_id', 'instrument.id'], name=op.f('activity_instrument_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'program_id'], ['program.tenant_id', 'program.id'], name=op.f('activity_program_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('activity_pkey')),
    sa.UniqueConstraint('tenant_id', 'program_id', 'position', name='activity_position_key')
    )
    op.create_index('activity_community_idx', 'activity', ['tenant_id', 'community_id'], unique=False)
    op.create_index('activity_instrument_idx', 'activity', ['tenant_id', 'instrument_id'], unique=False)
    op.create_index('activity_position_idx', 'activity', ['tenant_id', 'program_id', 'position', 'id'], unique=False)
    op.create_table('enrollment',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('cohort_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.Enum('ACTIVE', 'WITHDRAWN', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id', 'cohort_id'], ['cohort.tenant_id', 'cohort.id'], name=op.f('enrollment_cohort_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'person_id'], ['person.tenant_id', 'person.id'], name=op.f('enrollment_person_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('enrollment_pkey')),
    sa.UniqueConstraint('tenant_id', 'cohort_id', 'person_id', name=op.f('enrollment_cohort_id_key'))
    )
    op.create_index('enrollment_cohort_enrolled_at_idx', 'enrollment', ['tenant_id', 'cohort_id', 'enrolled_at', 'id'], unique=False)
    op.create_index('enrollment_enrolled_at_idx', 'enrollment', ['tenant_id', 'enrolled_at', 'id'], unique=False)
    op.create_index('enrollment_person_enrolled_at_idx', 'enrollment', ['tenant_id', 'person_id', 'enrolled_at', 'id'], unique=False)
    op.create_table('key',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('prefix', sa.String(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('app_id', sa.Uuid(), nullable=True),
    sa.Column('roles', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('num_nonnulls(person_id, app_id) = 1', name=op.f('key_holder_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'app_id'], ['app.tenant_id', 'app.id'], name=op.f('key_app_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'person_id'], ['person.tenant_id', 'person.id'], name=op.f('key_person_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('key_pkey')),
    sa.UniqueConstraint('tenant_id', 'digest', name=op.f('key_digest_key'))
    )
    op.create_index('key_created_at_idx', 'key', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_table('membership',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('community_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('MEMBER', 'MODERATOR', name='role', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id', 'community_id'], ['community.tenant_id', 'community.id'], name=op.f('membership_community_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'person_id'], ['person.tenant_id', 'person.id'], name=op.f('membership_person_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('membership_pkey')),
    sa.UniqueConstraint('tenant_id', 'community_id', 'person_id', name=op.f('membership_community_id_key'))
    )
    op.create_index('membership_community_id_joined_at_idx', 'membership', ['tenant_id', 'community_id', 'joined_at', 'id'], unique=False)
    op.create_index('membership_joined_at_idx', 'membership', ['tenant_id', 'joined_at', 'id'], unique=False)
    op.create_index('membership_person_id_joined_at_idx', 'membership', ['tenant_id', 'person_id', 'joined_at', 'id'], unique=False)
    op.create_table('session',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('program_id', sa.Uuid(), nullable=False),
    sa.Column('cohort_id', sa.Uuid(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('external_ref', sa.String(), nullable=True),
    sa.Column('format', sa.Enum('CLASSROOM', 'VIRTUAL', 'WORKSHOP', 'HYBRID', name='format', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('SCHEDULED', 'CANCELLED', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('waitlist_capacity', sa.Integer(), nullable=True),
    sa.Column('seats_taken', sa.Integer(), nullable=False),
    sa.Column('waiting', sa.Integer(), nullable=False),
    sa.Column('host_organization_id', sa.Uuid(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('registration_closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(status = 'CANCELLED') = (cancelled_at IS NOT NULL)", name=op.f('session_cancelled_at_check')),
    sa.CheckConstraint('capacity >= 0', name=op.f('session_capacity_check')),
    sa.CheckConstraint('number >= 1', name=op.f('session_number_check')),
    sa.CheckConstraint('seats_taken >= 0 AND (capacity IS NULL OR seats_taken <= capacity)', name=op.f('session_seats_taken_check')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('session_times_check')),
    sa.CheckConstraint('waiting >= 0', name=op.f('session_waiting_check')),
    sa.CheckConstraint('waitlist_capacity >= 0', name=op.f('session_waitlist_capacity_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'cohort_id'], ['cohort.tenant_id', 'cohort.id'], name=op.f('session_cohort_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'host_organization_id'], ['organization.tenant_id', 'organization.id'], name=op.f('session_host_organization_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'program_id'], ['program.tenant_id', 'program.id'], name=op.f('session_program_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('session_pkey')),
    sa.UniqueConstraint('tenant_id', 'cohort_id', 'number', name='session_number_key'),
    sa.UniqueConstraint('tenant_id', 'external_ref', name=op.f('session_external_ref_key'))
    )
    op.create_index('session_cohort_starts_at_idx', 'session', ['tenant_id', 'cohort_id', 'starts_at', 'id'], unique=False)
    op.create_index('session_created_at_idx', 'session', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('session_host_starts_at_idx', 'session', ['tenant_id', 'host_organization_id', 'starts_at', 'id'], unique=False)
    op.create_index('session_program_starts_at_idx', 'session', ['tenant_id', 'program_id', 'starts_at', 'id'], unique=False)
    op.create_index('session_starts_at_idx', 'session', ['tenant_id', 'starts_at', 'id'], unique=False)
    op.create_index('session_title_idx', 'session', ['tenant_id', 'title', 'id'], unique=False)
    op.create_table('channel',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('cohort_id', sa.Uuid(), nullable=True),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('community_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('num_nonnulls(cohort_id, session_id, community_id) = 1', name=op.f('channel_owner_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'cohort_id'], ['cohort.tenant_id', 'cohort.id'], name=op.f('channel_cohort_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'community_id'], ['community.tenant_id', 'community.id'], name=op.f('channel_community_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'session_id'], ['session.tenant_id', 'session.id'], name=op.f('channel_session_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('channel_pkey')),
    sa.UniqueConstraint('tenant_id', 'cohort_id', name=op.f('channel_cohort_id_key')),
    sa.UniqueConstraint('tenant_id', 'community_id', name=op.f('channel_community_id_key')),
    sa.UniqueConstraint('tenant_id', 'session_id', name=op.f('channel_session_id_key'))
    )
    op.create_index('channel_created_at_idx', 'channel', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_table('head_count',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('REGISTERED', 'ATTENDED', 'CERTIFIED', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.CheckConstraint('day >= 0', name=op.f('head_count_day_check')),
    sa.CheckConstraint('people >= 0', name=op.f('head_count_people_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'session_id'], ['session.tenant_id', 'session.id'], name=op.f('head_count_session_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('head_count_pkey')),
    sa.UniqueConstraint('tenant_id', 'session_id', 'kind', 'day', name=op.f('head_count_session_id_key'))
    )
    op.create_index('head_count_session_day_idx', 'head_count', ['tenant_id', 'session_id', 'day', 'id'], unique=False)
    op.create_table('journey',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('cohort_id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=True),
    sa.Column('unrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'cohort_id'], ['cohort.tenant_id', 'cohort.id'], name=op.f('journey_cohort_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'enrollment_id'], ['enrollment.tenant_id', 'enrollment.id'], name=op.f('journey_enrollment_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('journey_pkey'))
    )
    op.create_index('journey_cohort_id_unrolled_at_idx', 'journey', ['tenant_id', 'cohort_id', 'unrolled_at', 'id'], unique=False)
    op.create_index('journey_cohort_key', 'journey', ['tenant_id', 'cohort_id'], unique=True, postgresql_where=sa.text('enrollment_id IS NULL'))
    op.create_index('journey_enrollment_id_idx', 'journey', ['tenant_id', 'enrollment_id'], unique=False)
    op.create_index('journey_enrollment_key', 'journey', ['tenant_id', 'cohort_id', 'enrollment_id'], unique=True, postgresql_where=sa.text('enrollment_id IS NOT NULL'))
    op.create_index('journey_unrolled_at_idx', 'journey', ['tenant_id', 'unrolled_at', 'id'], unique=False)
    op.create_table('meeting',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('local_start', sa.DateTime(), nullable=False),
    sa.Column('local_end', sa.DateTime(), nullable=False),
    sa.Column('time_zone', sa.String(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('place', sa.String(), nullable=True),
    sa.Column('country', sa.String(), nullable=True),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('link', sa.String(), nullable=True),
    sa.CheckConstraint('latitude BETWEEN -90 AND 90', name=op.f('meeting_latitude_check')),
    sa.CheckConstraint('longitude BETWEEN -180 AND 180', name=op.f('meeting_longitude_check')),
    sa.CheckConstraint('num_nulls(latitude, longitude) <> 1', name=op.f('meeting_coordinates_check')),
    sa.CheckConstraint('position >= 1', name=op.f('meeting_position_check')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('meeting_times_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'session_id'], ['session.tenant_id', 'session.id'], name=op.f('meeting_session_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('meeting_pkey')),
    sa.UniqueConstraint('tenant_id', 'session_id', 'position', name='meeting_position_key')
    )
    op.create_index('meeting_position_idx', 'meeting', ['tenant_id', 'session_id', 'position', 'id'], unique=False)
    op.create_index('meeting_session_starts_at_idx', 'meeting', ['tenant_id', 'session_id', 'starts_at', 'id'], unique=False)
    op.create_index('meeting_starts_at_idx', 'meeting', ['tenant_id', 'starts_at', 'id'], unique=False)
    op.create_table('registration',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.Enum('REGISTERED', 'WAITLISTED', 'CANCELLED', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id', 'person_id'], ['person.tenant_id', 'person.id'], name=op.f('registration_person_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'session_id'], ['session.tenant_id', 'session.id'], name=op.f('registration_session_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('registration_pkey'))
    )
    op.create_index('registration_one_per_person', 'registration', ['tenant_id', 'session_id', 'person_id'], unique=True, postgresql_where=sa.text("status <> 'CANCELLED'"))
    op.create_index('registration_person_registered_at_idx', 'registration', ['tenant_id', 'person_id', 'registered_at', 'id'], unique=False)
    op.create_index('registration_registered_at_idx', 'registration', ['tenant_id', 'registered_at', 'id'], unique=False)
    op.create_index('registration_session_registered_at_idx', 'registration', ['tenant_id', 'session_id', 'registered_at', 'id'], unique=False)
    op.create_table('attendance',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('meeting_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.Enum('PRESENT', 'PARTIAL', 'ABSENT', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('evidence', sa.Enum('SIGN_IN', 'INSTRUCTOR', 'VIRTUAL_ROOM', 'SELF_REPORT', name='evidence', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('minutes >= 0', name=op.f('attendance_minutes_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'meeting_id'], ['meeting.tenant_id', 'meeting.id'], name=op.f('attendance_meeting_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'person_id'], ['person.tenant_id', 'person.id'], name=op.f('attendance_person_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('attendance_pkey')),
    sa.UniqueConstraint('tenant_id', 'meeting_id', 'person_id', name=op.f('attendance_meeting_id_key'))
    )
    op.create_index('attendance_meeting_recorded_at_idx', 'attendance', ['tenant_id', 'meeting_id', 'recorded_at', 'id'], unique=False)
    op.create_index('attendance_person_recorded_at_idx', 'attendance', ['tenant_id', 'person_id', 'recorded_at', 'id'], unique=False)
    op.create_index('attendance_recorded_at_idx', 'attendance', ['tenant_id', 'recorded_at', 'id'], unique=False)
    op.create_table('question',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('channel_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('tags', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('external_ref', sa.String(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'author_id'], ['person.tenant_id', 'person.id'], name=op.f('question_author_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'channel_id'], ['channel.tenant_id', 'channel.id'], name=op.f('question_channel_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('question_pkey')),
    sa.UniqueConstraint('tenant_id', 'external_ref', name=op.f('question_external_ref_key'))
    )
    op.create_index('question_asked_at_idx', 'question', ['tenant_id', 'asked_at', 'id'], unique=False)
    op.create_index('question_author_id_asked_at_idx', 'question', ['tenant_id', 'author_id', 'asked_at', 'id'], unique=False)
    op.create_index('question_channel_id_asked_at_idx', 'question', ['tenant_id', 'channel_id', 'asked_at', 'id'], unique=False)
    op.create_index('question_channel_id_score_idx', 'question', ['tenant_id', 'channel_id', 'score', 'id'], unique=False)
    op.create_index('question_score_idx', 'question', ['tenant_id', 'score', 'id'], unique=False)
    op.create_table('step',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('journey_id', sa.Uuid(), nullable=False),
    sa.Column('activity_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('cohort_id', sa.Uuid(), nullable=False),
    sa.Column('enrollment_id', sa.Uuid(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('overdue_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Enum('PENDING', 'DUE', 'COMPLETED', 'SKIPPED', 'OVERDUE', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.CheckConstraint("(status = 'COMPLETED') = (completed_at IS NOT NULL)", name=op.f('step_completed_at_check')),
    sa.CheckConstraint('overdue_at >= due_at', name=op.f('step_overdue_after_due_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'activity_id'], ['activity.tenant_id', 'activity.id'], name=op.f('step_activity_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'cohort_id'], ['cohort.tenant_id', 'cohort.id'], name=op.f('step_cohort_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'enrollment_id'], ['enrollment.tenant_id', 'enrollment.id'], name=op.f('step_enrollment_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'journey_id'], ['journey.tenant_id', 'journey.id'], name=op.f('step_journey_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'session_id'], ['session.tenant_id', 'session.id'], name=op.f('step_session_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('step_pkey')),
    sa.UniqueConstraint('tenant_id', 'journey_id', 'activity_id', name=op.f('step_journey_id_key'))
    )
    op.create_index('step_activity_id_due_at_idx', 'step', ['tenant_id', 'activity_id', 'due_at', 'id'], unique=False)
    op.create_index('step_cohort_id_due_at_idx', 'step', ['tenant_id', 'cohort_id', 'due_at', 'id'], unique=False)
    op.create_index('step_due_at_idx', 'step', ['tenant_id', 'due_at', 'id'], unique=False)
    op.create_index('step_enrollment_id_due_at_idx', 'step', ['tenant_id', 'enrollment_id', 'due_at', 'id'], unique=False)
    op.create_index('step_journey_id_due_at_idx', 'step', ['tenant_id', 'journey_id', 'due_at', 'id'], unique=False)
    op.create_index('step_session_id_due_at_idx', 'step', ['tenant_id', 'session_id', 'due_at', 'id'], unique=False)
    op.create_index('step_status_due_at_idx', 'step', ['tenant_id', 'status', 'due_at', 'id'], unique=False)
    op.create_index('step_status_overdue_at_idx', 'step', ['tenant_id', 'status', 'overdue_at', 'id'], unique=False)
    op.create_table('answer',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('question_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('external_ref', sa.String(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_by_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('accepted_by_id IS NULL OR accepted_at IS NOT NULL', name=op.f('answer_accepted_by_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'accepted_by_id'], ['person.tenant_id', 'person.id'], name=op.f('answer_accepted_by_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'author_id'], ['person.tenant_id', 'person.id'], name=op.f('answer_author_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'question_id'], ['question.tenant_id', 'question.id'], name=op.f('answer_question_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('answer_pkey')),
    sa.UniqueConstraint('tenant_id', 'external_ref', name=op.f('answer_external_ref_key'))
    )
    op.create_index('answer_accepted_key', 'answer', ['tenant_id', 'question_id'], unique=True, postgresql_where=sa.text('accepted_at IS NOT NULL'))
    op.create_index('answer_answered_at_idx', 'answer', ['tenant_id', 'answered_at', 'id'], unique=False)
    op.create_index('answer_author_id_answered_at_idx', 'answer', ['tenant_id', 'author_id', 'answered_at', 'id'], unique=False)
    op.create_index('answer_question_id_answered_at_idx', 'answer', ['tenant_id', 'question_id', 'answered_at', 'id'], unique=False)
    op.create_index('answer_question_id_score_idx', 'answer', ['tenant_id', 'question_id', 'score', 'id'], unique=False)
    op.create_index('answer_score_idx', 'answer', ['tenant_id', 'score', 'id'], unique=False)
    op.create_table('evaluation',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('instrument_id', sa.Uuid(), nullable=False),
    sa.Column('cohort_id', sa.Uuid(), nullable=True),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('program_id', sa.Uuid(), nullable=True),
    sa.Column('step_id', sa.Uuid(), nullable=True),
    sa.Column('external_ref', sa.String(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('closes_at > opened_at', name=op.f('evaluation_closes_after_opening_check')),
    sa.CheckConstraint('num_nonnulls(cohort_id, session_id, program_id) = 1', name=op.f('evaluation_judged_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'cohort_id'], ['cohort.tenant_id', 'cohort.id'], name=op.f('evaluation_cohort_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'instrument_id'], ['instrument.tenant_id', 'instrument.id'], name=op.f('evaluation_instrument_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'program_id'], ['program.tenant_id', 'program.id'], name=op.f('evaluation_program_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'session_id'], ['session.tenant_id', 'session.id'], name=op.f('evaluation_session_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'step_id'], ['step.tenant_id', 'step.id'], name=op.f('evaluation_step_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('evaluation_pkey')),
    sa.UniqueConstraint('tenant_id', 'external_ref', name=op.f('evaluation_external_ref_key')),
    sa.UniqueConstraint('tenant_id', 'step_id', name=op.f('evaluation_step_id_key'))
    )
    op.create_index('evaluation_cohort_id_opened_at_idx', 'evaluation', ['tenant_id', 'cohort_id', 'opened_at', 'id'], unique=False)
    op.create_index('evaluation_instrument_id_opened_at_idx', 'evaluation', ['tenant_id', 'instrument_id', 'opened_at', 'id'], unique=False)
    op.create_index('evaluation_opened_at_idx', 'evaluation', ['tenant_id', 'opened_at', 'id'], unique=False)
    op.create_index('evaluation_program_id_opened_at_idx', 'evaluation', ['tenant_id', 'program_id', 'opened_at', 'id'], unique=False)
    op.create_index('evaluation_session_id_opened_at_idx', 'evaluation', ['tenant_id', 'session_id', 'opened_at', 'id'], unique=False)
    op.create_table('post',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('channel_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.Enum('NOTE', 'PROMPT', 'RESOURCE', 'STORY', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('reply_to_id', sa.Uuid(), nullable=True),
    sa.Column('step_id', sa.Uuid(), nullable=True),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'author_id'], ['person.tenant_id', 'person.id'], name=op.f('post_author_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'channel_id'], ['channel.tenant_id', 'channel.id'], name=op.f('post_channel_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'reply_to_id'], ['post.tenant_id', 'post.id'], name=op.f('post_reply_to_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'step_id'], ['step.tenant_id', 'step.id'], name=op.f('post_step_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('post_pkey')),
    sa.UniqueConstraint('tenant_id', 'step_id', name=op.f('post_step_id_key'))
    )
    op.create_index('post_author_id_posted_at_idx', 'post', ['tenant_id', 'author_id', 'posted_at', 'id'], unique=False)
    op.create_index('post_channel_id_posted_at_idx', 'post', ['tenant_id', 'channel_id', 'posted_at', 'id'], unique=False)
    op.create_index('post_posted_at_idx', 'post', ['tenant_id', 'posted_at', 'id'], unique=False)
    op.create_index('post_reply_to_id_posted_at_idx', 'post', ['tenant_id', 'reply_to_id', 'posted_at', 'id'], unique=False)
    op.create_table('participation',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'evaluation_id'], ['evaluation.tenant_id', 'evaluation.id'], name=op.f('participation_evaluation_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'person_id'], ['person.tenant_id', 'person.id'], name=op.f('participation_person_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('participation_pkey')),
    sa.UniqueConstraint('tenant_id', 'evaluation_id', 'person_id', name=op.f('participation_evaluation_id_key'))
    )
    op.create_index('participation_person_id_idx', 'participation', ['tenant_id', 'person_id'], unique=False)
    op.create_table('response',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('external_ref', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id', 'evaluation_id'], ['evaluation.tenant_id', 'evaluation.id'], name=op.f('response_evaluation_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'person_id'], ['person.tenant_id', 'person.id'], name=op.f('response_person_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('response_pkey')),
    sa.UniqueConstraint('tenant_id', 'external_ref', name=op.f('response_external_ref_key'))
    )
    op.create_index('response_evaluation_id_submitted_at_idx', 'response', ['tenant_id', 'evaluation_id', 'submitted_at', 'id'], unique=False)
    op.create_index('response_person_id_submitted_at_idx', 'response', ['tenant_id', 'person_id', 'submitted_at', 'id'], unique=False)
    op.create_index('response_submitted_at_idx', 'response', ['tenant_id', 'submitted_at', 'id'], unique=False)
    op.create_table('item_answer',
    sa.Column('tenant_id', sa.Uuid(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('choices', postgresql.ARRAY(sa.Text()), nullable=True),
    sa.Column('text', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id', 'item_id'], ['item.tenant_id', 'item.id'], name=op.f('item_answer_item_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'response_id'], ['response.tenant_id', 'response.id'], name=op.f('item_answer_response_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('item_answer_pkey')),
    sa.UniqueConstraint('tenant_id', 'response_id', 'item_id', name=op.f('item_answer_response_id_key'))
    )
    op.create_index('item_answer_item_id_number_idx', 'item_answer', ['tenant_id', 'item_id', 'number', 'id'], unique=False)
    protect("app")
    protect("event", grants="SELECT, INSERT")
    protect("instrument")
    protect("organization")
    protect("program")
    register("tenant", "id", grants="SELECT, INSERT, UPDATE")
    protect("cohort")
    protect("community")
    protect("item")
    protect("person")
    register("tenant_host", "tenant_id", grants="SELECT, INSERT, DELETE")
    protect("activity")
    protect("enrollment")
    protect("key")
    protect("membership")
    protect("session")
    protect("channel")
    protect("head_count")
    protect("journey")
    protect("meeting")
    protect("registration")
    protect("attendance")
    protect("question")
    protect("step")
    protect("answer")
    protect("evaluation")
    protect("post")
    protect("participation")
    protect("response")
    protect("item_answer")


def downgrade() -> None:
    raise NotImplementedError
