"""Voices: which communities and channels a viewer may read, as conditions in SQL.

They say for reading what `domain.voices` says for writing; but what a public community says, everyone may read.
"""

from api.permissions import MODERATING, Access
from domain.communities.communities import Visibility
from domain.communities.memberships import MembershipRole
from domain.programs.enrollments import EnrollmentStatus
from domain.sessions.registrations import RegistrationStatus

SPEAKS_EVERYWHERE = Access(MODERATING)
"""People who run the tenant's learning speak in every channel. An app speaks for a person, with that person's voice."""

MEMBERSHIPS = """SELECT FROM membership vm
    WHERE vm.tenant_id = {tenant} AND vm.person_id = {viewer} AND vm.left_at IS NULL"""


def member(community_id: str) -> str:
    """Whether the viewer belongs to the community now."""
    return f"EXISTS ({MEMBERSHIPS} AND vm.community_id = {community_id})"


def moderator(community_id: str) -> str:
    """Whether the viewer is one of the community's own moderators."""
    return f"EXISTS ({MEMBERSHIPS} AND vm.community_id = {community_id} AND vm.role = '{MembershipRole.MODERATOR}')"


def community(alias: str) -> str:
    """Whether the viewer may read the community: it is public, or they belong to it."""
    public = f"({alias}.visibility = '{Visibility.PUBLIC}' AND {{viewer}} IS NOT NULL)"
    return f"({public} OR {member(f'{alias}.id')})"


def channel(alias: str) -> str:
    """Whether the viewer may read the channel: they are enrolled, registered, or may read its community."""
    enrolled = (
        "EXISTS (SELECT FROM enrollment ve WHERE ve.tenant_id = {tenant} AND ve.person_id = {viewer}"
        f" AND ve.cohort_id = {alias}.cohort_id AND ve.status = '{EnrollmentStatus.ACTIVE}')"
    )
    registered = (
        "EXISTS (SELECT FROM registration vr WHERE vr.tenant_id = {tenant} AND vr.person_id = {viewer}"
        f" AND vr.session_id = {alias}.session_id AND vr.status = '{RegistrationStatus.REGISTERED}')"
    )
    of_community = (
        "EXISTS (SELECT FROM community vc WHERE vc.tenant_id = {tenant}"
        f" AND vc.id = {alias}.community_id AND {community('vc')})"
    )
    return f"({enrolled} OR {registered} OR {of_community})"


def in_channel(channel_id: str) -> str:
    """Whether the viewer may read what stands in the channel."""
    return (
        f"EXISTS (SELECT FROM channel vh WHERE vh.tenant_id = {{tenant}} AND vh.id = {channel_id} AND {channel('vh')})"
    )
