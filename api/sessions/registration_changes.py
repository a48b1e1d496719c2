"""Registration changes: seats taken, queued for, moved up to and given up, told as they happen."""

from __future__ import annotations

from datetime import datetime
from enum import auto

from api.engine.fields import column, sql, to_one
from api.engine.types import change, planned
from api.permissions import EVERYONE, Access, signed_in
from api.sessions.registrations import Registration
from api.words import enum
from domain import history
from tenants.records import Word


class RegistrationVerb(Word):
    """The verbs of a registration's events, as the schema writes them."""

    REGISTERED = auto()
    WAITLISTED = auto()
    PROMOTED = auto()
    CANCELLED = auto()


enum(
    RegistrationVerb,
    "RegistrationVerb",
    "What happened to a registration.",
    REGISTERED="A seat was taken.",
    WAITLISTED="A place in the queue was taken.",
    PROMOTED="A seat was given to who had waited longest.",
    CANCELLED="The place was given up.",
)


@planned(history.Event, visible=Access(EVERYONE, "registrations:read"))
class RegistrationChanged:
    """A change of who has a seat in a session, or waits for one."""

    position: str = sql("{text}", "Where this stands in what happens: for `after`, to go on from here.")
    verb: RegistrationVerb = sql("upper({t}.verb)", "What happened.")
    occurred_at: datetime = column("When, in the tenant's time.")
    registration: Registration = to_one("aggregate_id", "The registration, as it is now.")


change(
    "registrationChanged",
    "RegistrationChanged",
    "Registration",
    "Who takes a seat in a session, waits for one, moves up or gives it up. Learners are told of their own.",
    verbs=frozenset(verb.lower() for verb in RegistrationVerb),
    about="session",
    required=True,
    concerns="person_id",
    allow=signed_in("registrations:read"),
)
