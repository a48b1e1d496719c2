"""Exports: a list as a file of JSON lines, written in the background, kept for a while.

Invariant: what an export tells of its rows, the cursor up to which the list is read and the lines that are kept are
written in one transaction. Whoever goes on with it goes on right there: no row is lost, none is there twice.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import auto
from typing import Any

from sqlalchemy import BigInteger, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, func, select

from domain import history
from domain.exports import files
from domain.exports.files import Before, Stretch
from domain.records import UTC, Record, Refused, Word, belongs_to, choice, lock, one_of
from tenants import registry
from tenants.viewer import Actor

AT_ONCE = 2
"""So many exports of a tenant are worked on; the others wait for their turn."""
MOST_WAITING = 10
MOST_KEPT = 100
MOST_BYTES = 4 * 1024**3
MOST_FAULTS = 5
KEPT = timedelta(days=1)
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=7)
BY = Actor()


class ExportStatus(Word):
    QUEUED = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()
    CANCELLED = auto()
    EXPIRED = auto()


UNFINISHED = (ExportStatus.QUEUED, ExportStatus.RUNNING)


class ExportRefusal(Word):
    NOT_FOUND = auto()
    INVALID = auto()
    NOT_EXPORTABLE = auto()
    TOO_MANY = auto()


class ExportRefused(Refused[ExportRefusal]):
    pass


class Export(Record, table=True):
    """A job and its file. It sees what its key, roles and scopes let it see. `faults`: how often it stumbled in a row.

    `root` is the list's name in the schema; `bytes` counts the file as it is downloaded, without compression.
    """

    __table_args__ = (
        belongs_to("person"),
        belongs_to("app"),
        belongs_to("key"),
        one_of("person_id", "app_id", name="holder"),
        Index("export_created_at_idx", "tenant_id", "created_at", "id"),
        Index("export_unfinished_idx", "tenant_id", "id", postgresql_where=text("status IN ('QUEUED', 'RUNNING')")),
        Index("export_expires_at_idx", "tenant_id", "expires_at", postgresql_where=text("status = 'DONE'")),
    )

    person_id: uuid.UUID | None = None
    app_id: uuid.UUID | None = None
    key_id: uuid.UUID
    roles: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    scopes: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    document: str
    operation_name: str | None = None
    variables: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    root: str
    kept_minutes: int
    status: ExportStatus = Field(default=ExportStatus.QUEUED, sa_type=choice(ExportStatus, "status"))
    rows: int = Field(default=0, sa_type=BigInteger)
    total: int | None = Field(default=None, sa_type=BigInteger)
    bytes: int = Field(default=0, sa_type=BigInteger)
    packed_bytes: int = Field(default=0, sa_type=BigInteger)
    checksum: int = Field(default=0, sa_type=BigInteger)
    cursor: str | None = None
    failure: str | None = None
    faults: int = 0
    created_at: datetime = Field(sa_type=UTC)
    started_at: datetime | None = Field(default=None, sa_type=UTC)
    finished_at: datetime | None = Field(default=None, sa_type=UTC)
    expires_at: datetime | None = Field(default=None, sa_type=UTC)

    @property
    def holder(self) -> Actor:
        return Actor(self.person_id, self.app_id)

    @property
    def before(self) -> Before:
        return Before(self.bytes, self.checksum, self.packed_bytes)


@dataclass(frozen=True)
class NewExport:
    """What to export, for whom."""

    key_id: uuid.UUID
    roles: frozenset[str]
    scopes: frozenset[str]
    document: str
    operation_name: str | None
    variables: dict[str, Any]
    root: str
    kept: timedelta = KEPT


def checked(new: NewExport) -> NewExport:
    if not SHORTEST <= new.kept <= LONGEST:
        message = "A file is kept for a minute at least, and for seven days at most: 'PT1M' to 'P7D'."
        raise ExportRefused(ExportRefusal.INVALID, message, field="keepFor")
    return new


def admitted(*, waiting: int, kept: int) -> None:
    """Nothing, or why there can't be one more. `waiting`: unfinished ones of the same holder; `kept`: the tenant's."""
    if waiting >= MOST_WAITING:
        message = f"You have {waiting} exports that are not finished. Wait for one, or cancel it."
        raise ExportRefused(ExportRefusal.TOO_MANY, message, retryable=True)
    if kept >= MOST_KEPT:
        message = f"There are {kept} exports here whose files are kept or being written. Cancel what nobody needs."
        raise ExportRefused(ExportRefusal.TOO_MANY, message, retryable=True)


def ready(export: Export, now: datetime) -> bool:
    """Whether there is a file to download."""
    return export.status is ExportStatus.DONE and export.expires_at is not None and now < export.expires_at


def fits(export: Export, stretch: Stretch) -> bool:
    return export.bytes + stretch.length <= MOST_BYTES


async def start(db: AsyncSession, new: NewExport, *, by: Actor, now: datetime) -> Export:
    """Ask for an export. Holds the tenant's row, so that those who ask at once are counted one after the other."""
    checked(new)
    await registry.lock(db, db.info["tenant_id"])
    unfinished = col(Export.status).in_(UNFINISHED)
    mine = (Export.person_id == by.person_id) if by.person_id else (Export.app_id == by.app_id)
    waiting = select(func.count()).select_from(Export).where(unfinished, mine)
    kept = select(func.count()).select_from(Export).where(col(Export.status).in_([*UNFINISHED, ExportStatus.DONE]))
    admitted(waiting=(await db.scalars(waiting)).one(), kept=(await db.scalars(kept)).one())
    export = Export(
        person_id=by.person_id,
        app_id=by.app_id,
        key_id=new.key_id,
        roles=sorted(new.roles),
        scopes=sorted(new.scopes),
        document=new.document,
        operation_name=new.operation_name,
        variables=new.variables,
        root=new.root,
        kept_minutes=int(new.kept.total_seconds() // 60),
        created_at=now,
    )
    db.add(export)
    await history.record(db, export, "requested", by=by, now=now, root=export.root)
    return export


async def cancel(db: AsyncSession, export_id: uuid.UUID, *, staff: bool, by: Actor, now: datetime) -> Export:
    """Stop an export, and remove what there is of its file. What is over already stays as it is.

    `staff`: anybody's; otherwise one's own.
    """
    export = await lock(db, Export, export_id)
    if export is None or not (staff or export.holder == by):
        raise ExportRefused(ExportRefusal.NOT_FOUND, "There is no such export.", field="id")
    if export.status in (*UNFINISHED, ExportStatus.DONE):
        await _end(db, export, ExportStatus.CANCELLED, by=by, now=now)
    return export


async def next_in_turn(db: AsyncSession) -> Export | None:
    """An export to go on with, ours until the transaction ends. Those that somebody else works on are passed by."""
    unfinished = select(Export.id).where(col(Export.status).in_(UNFINISHED))
    first = unfinished.order_by(col(Export.id)).limit(AT_ONCE)
    mine = select(Export).where(col(Export.id).in_(first), col(Export.status).in_(UNFINISHED)).order_by(col(Export.id))
    return await db.scalar(mine.limit(1).with_for_update(key_share=True, skip_locked=True))


async def write(db: AsyncSession, export: Export, stretch: Stretch, *, now: datetime) -> None:
    """Add what was read of the list to the file. After the last stretch the file can be downloaded."""
    if not fits(export, stretch):
        message = f"The file would be larger than {MOST_BYTES // 1024**3} GiB. Export a part, by `where`."
        await fail(db, export, message, by=BY, now=now)
        return
    if export.status is ExportStatus.QUEUED:
        export.status = ExportStatus.RUNNING
        export.started_at = now
        export.total = stretch.total
    await files.append(db, export.id, stretch, export.before)
    export.rows += stretch.rows
    export.bytes += stretch.length
    export.packed_bytes += len(stretch.packed)
    export.checksum = stretch.checksum
    export.cursor = stretch.cursor
    export.faults = 0
    if stretch.last:
        await _finish(db, export, by=BY, now=now)
    await db.flush()


async def fail(db: AsyncSession, export: Export, message: str, *, by: Actor, now: datetime) -> None:
    export.failure = message
    await _end(db, export, ExportStatus.FAILED, by=by, now=now)


async def stumble(db: AsyncSession, export_id: uuid.UUID, message: str, *, by: Actor, now: datetime) -> None:
    """Something went wrong on our side: it is tried again, but not for ever."""
    export = await lock(db, Export, export_id)
    if export is None or export.status not in UNFINISHED:
        return
    export.faults += 1
    if export.faults >= MOST_FAULTS:
        await fail(db, export, message, by=by, now=now)
    await db.flush()


async def expire(db: AsyncSession, *, now: datetime) -> int:
    """Remove the files whose time is over; how many there were."""
    over = select(Export).where(Export.status == ExportStatus.DONE, col(Export.expires_at) <= now)
    expired = list(await db.scalars(over.with_for_update(key_share=True, skip_locked=True)))
    for export in expired:
        export.status = ExportStatus.EXPIRED
        await files.remove(db, export.id)
    await history.record_each(db, [(export, {"rows": export.rows}) for export in expired], "expired", by=BY, now=now)
    return len(expired)


async def _finish(db: AsyncSession, export: Export, *, by: Actor, now: datetime) -> None:
    export.status = ExportStatus.DONE
    export.finished_at = now
    export.expires_at = now + timedelta(minutes=export.kept_minutes)
    facts = {"root": export.root, "rows": export.rows, "bytes": export.bytes, "expires_at": export.expires_at}
    await history.record(db, export, "finished", by=by, now=now, **facts)


async def _end(db: AsyncSession, export: Export, status: ExportStatus, *, by: Actor, now: datetime) -> None:
    """Without a file."""
    export.status = status
    export.finished_at = export.finished_at or now
    await files.remove(db, export.id)
    await history.record(db, export, status.lower(), by=by, now=now, root=export.root, rows=export.rows)
