"""The files of exports: lines of JSON in stretches, each compressed by itself.

Stretches follow each other without a gap, both as they are and compressed: one after the other they are a gzip file, so
that a file is sent in either form, from any byte on, without holding more than one stretch.
"""

import uuid
from dataclasses import dataclass

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, delete, select

from domain.records import Record, belongs_to, unique


class ExportStretch(Record, table=True):
    """A part of a file. `start` and `length` are of the lines as they are, `packed_start` of what is kept of them."""

    __tablename__ = "export_stretch"
    __table_args__ = (
        belongs_to("export"),
        unique("export_id", "start"),
        unique("export_id", "packed_start", name="export_stretch_packed_start_key"),
    )

    export_id: uuid.UUID
    start: int = Field(sa_type=BigInteger)
    length: int
    packed_start: int = Field(sa_type=BigInteger)
    packed: bytes = Field(sa_type=LargeBinary)


@dataclass(frozen=True)
class Stretch:
    """What was read of a list at once: its lines, and where it goes on. `total` is known of the first stretch."""

    rows: int
    length: int
    packed: bytes
    cursor: str | None
    last: bool
    total: int | None = None


async def append(db: AsyncSession, export_id: uuid.UUID, stretch: Stretch, *, start: int, packed_start: int) -> None:
    if not stretch.length:
        return
    part = ExportStretch(
        export_id=export_id, start=start, length=stretch.length, packed_start=packed_start, packed=stretch.packed
    )
    db.add(part)
    await db.flush()
    db.expunge(part)


async def holding(db: AsyncSession, export_id: uuid.UUID, byte: int, *, packed: bool) -> ExportStretch | None:
    """The stretch in which this byte of the file stands, of the lines as they are or compressed."""
    start = col(ExportStretch.packed_start if packed else ExportStretch.start)
    mine = select(ExportStretch).where(ExportStretch.export_id == export_id, start <= byte)
    return await db.scalar(mine.order_by(start.desc()).limit(1))


async def remove(db: AsyncSession, export_id: uuid.UUID) -> None:
    await db.execute(delete(ExportStretch).where(col(ExportStretch.export_id) == export_id))
