"""A transaction that a test holds open while others commit."""

import uuid
from contextlib import asynccontextmanager
from datetime import timedelta

from domain.people import people
from domain.people.people import NewPerson
from domain.sessions import registrations
from tenants.registry import wall
from tests.conftest import BY


def soon():
    """When a session starts that can still be registered for."""
    return wall().replace(microsecond=0) + timedelta(days=10)


class Begun:
    """What is done in it is seen by others from `commit` on."""

    def __init__(self, doors, tenant):
        self._transaction = doors.transaction(tenant.id)
        self.ended = False

    async def begin(self):
        self.db = await self._transaction.__aenter__()

    async def register(self, session, name):
        """A new person takes a seat. `session` is a global id, or a row's."""
        session_id = session if isinstance(session, uuid.UUID) else uuid.UUID(session.partition("_")[2])
        person = await people.create(self.db, NewPerson(name=name), by=BY, now=wall())
        await registrations.register(self.db, session_id, person.id, by=BY, now=wall())
        await self.db.flush()

    async def commit(self):
        self.ended = True
        await self._transaction.__aexit__(None, None, None)

    async def roll_back(self):
        self.ended = True
        problem = RuntimeError("rolled back")
        try:
            await self._transaction.__aexit__(RuntimeError, problem, None)
        except RuntimeError as raised:
            if raised is not problem:
                raise


@asynccontextmanager
async def begun(doors, tenant):
    transaction = Begun(doors, tenant)
    await transaction.begin()
    try:
        yield transaction
    finally:
        if not transaction.ended:
            await transaction.roll_back()
