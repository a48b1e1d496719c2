"""A registration written by hand: a seat is counted where there is one, the registration kept, the history told.

Both ways keep the product's guard: one more is counted in the very statement that sees there is room.
"""

import uuid
from datetime import datetime
from typing import NamedTuple

import orjson

from tenants.pool import Reader

SEAT = "s.waiting = 0 AND (s.capacity IS NULL OR s.seats_taken < s.capacity)"
CLAIM = f"""UPDATE session s
    SET seats_taken = s.seats_taken + CASE WHEN {SEAT} THEN 1 ELSE 0 END,
        waiting = s.waiting + CASE WHEN {SEAT} THEN 0 ELSE 1 END
    WHERE s.tenant_id = $1::uuid AND s.id = $2::uuid AND s.status = 'SCHEDULED' AND s.ends_at > $7::timestamptz
        AND (s.registration_closes_at IS NULL OR s.registration_closes_at > $7)
        AND ({SEAT} OR s.waitlist_capacity IS NULL OR s.waiting < s.waitlist_capacity)"""
RESULT = """concat('{"data":{"registerForSession":{"__typename":"Registration","id":"reg_',
    encode(uuid_send(r.id), 'hex'), '","status":"', r.status, '","registeredAt":', to_json(r.registered_at),
    ',"session":{"id":"ses_', encode(uuid_send(s.id), 'hex'), '","title":', to_json(s.title), ',"seatsTaken":',
    s.seats_taken, '},"person":{"id":"per_', encode(uuid_send(p.id), 'hex'), '","name":',
    to_json(p.name), '}}}}')::varchar"""

AT_ONCE = f"""
    WITH known AS (SELECT id, name FROM person WHERE tenant_id = $1::uuid AND id = $3::uuid),
    claimed AS ({CLAIM} AND EXISTS (SELECT FROM known) AND NOT EXISTS (SELECT FROM registration
            WHERE tenant_id = $1 AND session_id = $2 AND person_id = $3 AND status <> 'CANCELLED')
        RETURNING s.id, s.title, s.seats_taken, s.waiting),
    registered AS (INSERT INTO registration (tenant_id, id, session_id, person_id, status, registered_at)
        SELECT $1, $4::uuid, id, $3, CASE WHEN waiting > 0 THEN 'WAITLISTED' ELSE 'REGISTERED' END, $7 FROM claimed
        RETURNING id, status, registered_at),
    told AS (INSERT INTO event (tenant_id, id, aggregate, aggregate_id, sequence, verb, person_id, occurred_at, facts)
        SELECT $1, $5::uuid, 'Registration', id, 1, lower(status), $6::uuid, $7,
            jsonb_build_object('session_id', $2, 'person_id', $3) FROM registered)
    SELECT {RESULT} FROM registered r, claimed s, known p"""

ACTIVE = f"""SELECT {RESULT} FROM registration r
    JOIN session s ON s.tenant_id = $1 AND s.id = r.session_id JOIN person p ON p.tenant_id = $1 AND p.id = r.person_id
    WHERE r.tenant_id = $1 AND r.session_id = $2::uuid AND r.person_id = $3::uuid AND r.status <> 'CANCELLED'"""
WHY_NOT = """SELECT status::text, ends_at, registration_closes_at FROM session WHERE tenant_id = $1 AND id = $2"""

CLAIM_ONE = CLAIM.replace("$7", "$3") + " RETURNING s.waiting"
PERSON = "SELECT true FROM person WHERE tenant_id = $1 AND id = $2"
REGISTER = """INSERT INTO registration (tenant_id, id, session_id, person_id, status, registered_at)
    VALUES ($1, $2, $3, $4, $5::text, $6) RETURNING true"""
TELL = """INSERT INTO event (tenant_id, id, aggregate, aggregate_id, sequence, verb, person_id, occurred_at, facts)
    VALUES ($1, $2, 'Registration', $3, 1, $4::text, $5, $6, $7::text::jsonb) RETURNING true"""


class New(NamedTuple):
    """What the request says, and what is made for it."""

    session_id: uuid.UUID
    person_id: uuid.UUID
    id: uuid.UUID
    event_id: uuid.UUID
    by: uuid.UUID
    now: datetime


async def at_once(reader: Reader, tenant_id: uuid.UUID, new: New) -> bytes:
    """Guard, registration, history and answer in one statement."""
    done = await reader.fetch(AT_ONCE, [tenant_id, *new], lasting=True)
    if done is not None:
        return done
    known = await reader.fetch(ACTIVE, [tenant_id, new.session_id, new.person_id], lasting=True)
    return known if known is not None else await refused(reader, tenant_id, new)


async def step_by_step(reader: Reader, tenant_id: uuid.UUID, new: New) -> bytes:
    """A statement for each step, as most would write it; each is prepared once."""
    known = await reader.fetch(ACTIVE, [tenant_id, new.session_id, new.person_id], lasting=True)
    if known is not None:
        return known
    if not await reader.fetch(PERSON, [tenant_id, new.person_id], lasting=True):
        return refusal("NOT_FOUND", "There is no such person.")
    waiting = await reader.fetch(CLAIM_ONE, [tenant_id, new.session_id, new.now], lasting=True)
    if waiting is None:
        return await refused(reader, tenant_id, new)
    status = "WAITLISTED" if waiting else "REGISTERED"
    await reader.fetch(REGISTER, [tenant_id, new.id, new.session_id, new.person_id, status, new.now], lasting=True)
    facts = orjson.dumps({"session_id": new.session_id, "person_id": new.person_id}).decode()
    await reader.fetch(TELL, [tenant_id, new.event_id, new.id, status.lower(), new.by, new.now, facts], lasting=True)
    return await reader.fetch(ACTIVE, [tenant_id, new.session_id, new.person_id], lasting=True)


async def refused(reader: Reader, tenant_id: uuid.UUID, new: New) -> bytes:
    session = await reader.connection.fetchrow(WHY_NOT, tenant_id, new.session_id)
    if session is None:
        return refusal("NOT_FOUND", "There is no such session.")
    if session["status"] == "CANCELLED":
        return refusal("SESSION_CANCELLED", "The session is cancelled. Choose another one.")
    if new.now >= min(session["registration_closes_at"] or session["ends_at"], session["ends_at"]):
        return refusal("REGISTRATION_CLOSED", "Registration has closed. Choose another session.")
    return refusal("SESSION_FULL", "The session is full, and so is its waitlist. Try again later.")


def refusal(code: str, message: str) -> bytes:
    answer = {"__typename": "RegistrationRefused", "code": code, "message": message}
    return orjson.dumps({"data": {"registerForSession": answer}})
