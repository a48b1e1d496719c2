"""The files of exports: lines of JSON in stretches, each compressed by itself.

Stretches follow each other without a gap, both as they are and compressed. One after the other they are one gzip file
of a single member, since many clients read no further than the first. So a file is sent in either form, from any byte
on, without holding more than one stretch.
"""

import struct
import uuid
import zlib
from dataclasses import dataclass

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, delete, select

from domain.records import Record, belongs_to, unique

LEVEL = 5
RAW = -zlib.MAX_WBITS
HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
LAST_BLOCK = b"\x03\x00"
"""What a gzip file begins with, and the empty block that ends its data (RFC 1951 and 1952)."""


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
class Before:
    """How much of a file there is already: as it is, with its CRC-32, and compressed."""

    length: int
    checksum: int
    packed: int


@dataclass(frozen=True)
class Stretch:
    """What was read of a list at once: its lines, and where it goes on. `total` is known of the first stretch."""

    rows: int
    length: int
    packed: bytes
    checksum: int
    cursor: str | None
    last: bool
    total: int | None = None


def pack(lines: bytes, before: Before, *, last: bool) -> tuple[bytes, int]:
    """The next part of the gzip file, and the CRC-32 of all lines so far.

    A full flush ends it at a whole byte, and what comes after it refers to nothing before.
    """
    checksum = zlib.crc32(lines, before.checksum)
    packing = zlib.compressobj(LEVEL, wbits=RAW)
    data = packing.compress(lines) + packing.flush(zlib.Z_FULL_FLUSH) if lines else b""
    head = b"" if before.packed else HEAD
    tail = LAST_BLOCK + struct.pack("<LL", checksum, (before.length + len(lines)) & 0xFFFFFFFF) if last else b""
    return head + data + tail, checksum


def unpack(packed: bytes, *, first: bool) -> bytes:
    """The lines of one part."""
    return zlib.decompressobj(RAW).decompress(packed[len(HEAD) :] if first else packed)


async def append(db: AsyncSession, export_id: uuid.UUID, stretch: Stretch, before: Before) -> None:
    if not stretch.packed:
        return
    part = ExportStretch(
        export_id=export_id,
        start=before.length,
        length=stretch.length,
        packed_start=before.packed,
        packed=stretch.packed,
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
