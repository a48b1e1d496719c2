"""Turns: an export goes on by one stretch of its list, in one transaction of the tenant.

Whoever takes a turn holds the export's row until the stretch is written with the position after it. So any number of
processes work side by side, and when one is killed the next goes on from what was written last.
"""

import asyncio
import time
import uuid
from collections import OrderedDict
from datetime import datetime
from typing import Any

import orjson
from graphql import GraphQLError
from sqlalchemy import text

from api.engine.documents import RequestError
from api.engine.execution import Engine, fault
from api.exports.lists import LIST, PAGE, ROWS, TOTAL, Listed, listed
from domain.exports import exports, files
from domain.exports.exports import BY, Export
from domain.exports.files import Stretch
from domain.records import find
from tenants import keys
from tenants.keys import Key, Role
from tenants.registry import Tenant
from tenants.viewer import Viewer

LARGEST = 1_000_000
LONGEST = 0.5
"""A stretch ends with the page that takes it past so many bytes, or so many seconds."""
REMEMBERED = 32
OURS = ("INTERNAL_SERVER_ERROR", "TOO_SLOW")
"""What may go well when it is tried again."""
VANISHED = text("SET LOCAL idle_in_transaction_session_timeout = '60s'")
"""A machine that vanishes does not hold its export for ever."""
REVOKED = "The key with which this export was started is not valid any more. Start it again with another."


class _StumbledError(Exception):
    """A page could not be read, for a reason of ours."""


class Turns:
    """What one process does for exports."""

    def __init__(self, engine: Engine, *, largest: int = LARGEST) -> None:
        self.engine = engine
        self.largest = largest
        self._lists: OrderedDict[uuid.UUID, Listed] = OrderedDict()

    async def take(self, tenant: Tenant, wall: datetime) -> bool:
        """Go on with one export of the tenant; whether there was one."""
        turn = _Turn(self, tenant, wall)
        try:
            return await turn.take()
        except Exception as error:
            if turn.export_id is None:
                raise
            message = (
                str(error) if isinstance(error, _StumbledError) else fault(error, export=turn.export_id)["message"]
            )
            async with self.engine.database.transaction(tenant.id) as db:
                await exports.stumble(db, turn.export_id, message, by=BY, now=tenant.now(wall))
            return False

    def listed(self, export: Export) -> Listed:
        """What the export asks for, or a RequestError where the schema does not have it any more."""
        known = self._lists.get(export.id)
        if known is None:
            document = self.engine.document(export.document, export.operation_name)
            known = self._lists[export.id] = listed(document, export.variables)
            if len(self._lists) > REMEMBERED:
                self._lists.popitem(last=False)
        return known


class _Turn:
    def __init__(self, turns: Turns, tenant: Tenant, wall: datetime) -> None:
        self.turns = turns
        self.tenant = tenant
        self.wall = wall
        self.now = tenant.now(wall)
        self.export_id: uuid.UUID | None = None

    async def take(self) -> bool:
        async with self.turns.engine.database.transaction(self.tenant.id) as db:
            export = await exports.next_in_turn(db)
            if export is None:
                return False
            self.export_id = export.id
            await db.execute(VANISHED)
            key = await find(db, Key, export.key_id)
            if key is None or not keys.valid(key, self.now):
                await exports.fail(db, export, REVOKED, by=BY, now=self.now)
                return True
            try:
                stretch = await self._read(export)
            except RequestError as no:
                await exports.fail(db, export, no.errors[0].message, by=BY, now=self.now)
                return True
            await exports.write(db, export, stretch, now=self.now)
            return True

    async def _read(self, export: Export) -> Stretch:
        """The next rows, as its holder sees them now."""
        began = time.monotonic()
        lines = bytearray()
        rows, total, cursor, last = 0, None, export.cursor, False
        while not last and len(lines) < self.turns.largest and time.monotonic() - began < LONGEST:
            page = await self._page(export, cursor)
            rows += len(page[ROWS])
            total = page.get(TOTAL, total)
            cursor = page[PAGE]["endCursor"] or cursor
            last = not page[PAGE]["hasNextPage"]
            for row in page[ROWS]:
                lines += orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        packed, checksum = await asyncio.to_thread(files.pack, bytes(lines), export.before, last=last)
        return Stretch(rows, len(lines), packed, checksum, cursor, last, total)

    async def _page(self, export: Export, cursor: str | None) -> dict[str, Any]:
        """One page; a smaller one where reading has failed before."""
        whole = self.turns.listed(export)
        document, variables = whole.page(cursor, max(1, whole.largest >> export.faults))
        viewer = Viewer(
            self.tenant,
            export.person_id,
            export.app_id,
            frozenset(map(Role, export.roles)),
            frozenset(export.scopes),
            export.key_id,
        )
        answer = await self.turns.engine.answer(document, variables, viewer=viewer, now=self.now, wall=self.wall)
        body = orjson.loads(answer.body)
        for error in body.get("errors", ()):
            if error.get("extensions", {}).get("code") in OURS:
                raise _StumbledError(error["message"])
            place = "/".join(str(step) for step in error.get("path", ())[2:])
            raise RequestError([GraphQLError(f"{place}: {error['message']}" if place else error["message"])])
        page: dict[str, Any] = body["data"][LIST]
        return page
