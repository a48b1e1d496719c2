"""The viewer: who the credentials of this request belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.engine.fields import sql, to_one
from api.engine.types import only, planned
from api.permissions import PUBLIC, Access
from api.subscriptions.positions import SEALED_NOW
from api.words import enum
from tenants.keys import Role

if TYPE_CHECKING:
    from api.people.people import Person
    from api.tenants.keys import App

enum(
    Role,
    "Role",
    "What a person may do in a tenant.",
    TENANT_ADMIN="Everything, including keys and settings.",
    COORDINATOR="Design programs, run cohorts and sessions, see all results.",
    INSTRUCTOR="Lead sessions: see who is registered and record attendance.",
    MODERATOR="Look after communities and their questions.",
    LEARNER="Take part: see their own registrations, journeys and answers.",
)

ME = (
    "(SELECT {tenant} AS tenant_id, {viewer} AS person_id, {app} AS app_id, {roles} AS roles, {scopes} AS scopes"
    " WHERE {viewer} IS NOT NULL OR {app} IS NOT NULL)"
)


@planned(source=ME, visible=Access(frozenset(), own="true"))
class Viewer:
    """Who asks: a person or an app, and what they may do."""

    person: Person | None = to_one("person_id", "The person, where a person asks.")
    app: App | None = to_one("app_id", "The app, where an app asks.")
    roles: list[Role] = sql("{t}.roles", "The person's roles, as far as this key carries them.")
    scopes: list[str] = sql("{t}.scopes", "The app's scopes.")
    display_name: str = sql(
        "coalesce((SELECT p.name FROM person p WHERE p.tenant_id = {tenant} AND p.id = {t}.person_id),"
        " (SELECT a.name FROM app a WHERE a.tenant_id = {tenant} AND a.id = {t}.app_id), '')",
        "The name of whoever asks.",
    )
    position: str = sql(
        SEALED_NOW,
        "How far this answer knows what has happened: what a subscription tells `after` this position, "
        "this answer does not show yet.",
    )


only("viewer", "Viewer", "Who asks; null for those who have not signed in.", allow=PUBLIC)
