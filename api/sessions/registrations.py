"""Registrations: seats in sessions, and places in the queue for them."""

from __future__ import annotations

import uuid
from datetime import datetime

import strawberry

from api.engine.fields import column, sql, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import NOBODY, Asked, Command, mutation, refusal
from api.people.people import Person
from api.permissions import STAFF, TEACHING, Access, signed_in
from api.sessions.sessions import Session
from api.words import enum
from domain.records import find
from domain.sessions import registrations
from tenants.strokes import Stroke

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


@strawberry.input(description="Who wants a seat in which session.")
class RegisterForSessionInput:
    session_id: strawberry.ID = strawberry.field(description="The session.")
    person_id: strawberry.ID | None = strawberry.field(
        default=None, description="For whom; left out, for oneself. Coordinators and apps register others."
    )


@strawberry.input(description="Which place is given up.")
class CancelRegistrationInput:
    id: strawberry.ID = strawberry.field(description="The registration.")


WRITE = signed_in("registrations:write")
FOR_OTHERS = Access(STAFF, "registrations:write")


def _at_once(asked: Asked, given: RegisterForSessionInput) -> Stroke:
    person_id = asked.person(Person, given.person_id, others=FOR_OTHERS)
    return registrations.at_once(asked.row(Session, given.session_id), person_id, by=asked.by, now=asked.now)


@mutation(
    "Take a seat in a session, or a place in the queue when it is full. Asking twice gives the same registration.",
    answers=Registration,
    refuses=[RegistrationRefused],
    allow=WRITE,
    bulk="registerForSessions",
    stroke=_at_once,
)
async def register_for_session(command: Command, input: RegisterForSessionInput) -> registrations.Registration:  # noqa: A002 -- the schema's word
    return await registrations.register(
        command.db,
        command.row(Session, input.session_id),
        command.person(Person, input.person_id, others=FOR_OTHERS),
        by=command.by,
        now=command.now,
    )


@mutation(
    "Give up a place. A seat goes to whoever has waited longest for one. Cancelling twice changes nothing.",
    answers=Registration,
    refuses=[RegistrationRefused],
    allow=WRITE,
    bulk="cancelRegistrations",
)
async def cancel_registration(command: Command, input: CancelRegistrationInput) -> registrations.Registration:  # noqa: A002 -- the schema's word
    registration_id = await _cancellable(command, input.id)
    return await registrations.cancel(command.db, registration_id, by=command.by, now=command.now)


async def _cancellable(command: Command, text: str) -> uuid.UUID:
    """The registration, if it is the viewer's or they may cancel any; else it is as if there were none."""
    registration_id = command.row(Registration, text)
    if command.may(FOR_OTHERS):
        return registration_id
    registration = await find(command.db, registrations.Registration, registration_id)
    own = registration is not None and registration.person_id == command.viewer.person_id
    return registration_id if own else NOBODY
