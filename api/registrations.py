"""Registrations: seats in sessions, and places in the queue for them."""

from __future__ import annotations

from datetime import datetime

from api.engine.fields import column, sql, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import refusal
from api.people import Person
from api.permissions import TEACHING, Access, signed_in
from api.sessions import Session
from api.words import enum
from domain import registrations

enum(
    registrations.RegistrationStatus,
    "RegistrationStatus",
    "What a registration is worth.",
    REGISTERED="A seat.",
    WAITLISTED="A place in the queue.",
    CANCELLED="Nothing any more: the place was given up.",
)
enum(
    registrations.RegistrationRefusal,
    "RegistrationRefusal",
    "Why there is no place.",
    NOT_FOUND="There is no such session, person or registration; `field` says which.",
    SESSION_FULL="Neither a seat nor a place in the queue is free. One may become free later.",
    SESSION_CANCELLED="The session is cancelled.",
    REGISTRATION_CLOSED="Registration for the session has closed.",
)
RegistrationRefused = refusal(
    "RegistrationRefused",
    registrations.RegistrationRefused,
    registrations.RegistrationRefusal,
    "Why the registration stays as it is.",
)
IN_QUEUE = """CASE WHEN {t}.status = 'WAITLISTED' THEN (SELECT count(*)::int FROM registration q
    WHERE q.tenant_id = {tenant} AND q.session_id = {t}.session_id AND q.status = 'WAITLISTED'
    AND (q.registered_at, q.id) <= ({t}.registered_at, {t}.id)) END"""


@planned(
    registrations.Registration,
    prefix="reg",
    visible=Access(TEACHING, "registrations:read", own="{t}.person_id = {viewer}"),
    filters=("session", "person", "status", "registered_at"),
    orders=("registered_at",),
)
class Registration(Node):
    """A seat in one session, or a place in the queue for one. Learners see their own."""

    session: Session = to_one("session_id", "The session.")
    person: Person = to_one("person_id", "Whose seat it is.")
    status: registrations.RegistrationStatus = column("Whether it is a seat, a place in the queue, or given up.")
    place_in_queue: int | None = sql(IN_QUEUE, "How far from a seat: 1 is next; null for those who do not wait.")
    registered_at: datetime = column("When the place was asked for. The queue is in this order.")
    cancelled_at: datetime | None = column("When it was given up, where it was.")


one("registration", "Registration", "One registration.", allow=signed_in("registrations:read"))
many(
    "registrations",
    "Registration",
    "The registrations that the viewer may see, the latest first.",
    allow=signed_in("registrations:read"),
    order="registered_at",
    descending=True,
)
