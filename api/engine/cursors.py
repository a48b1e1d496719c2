"""Cursors: opaque, versioned and signed positions in a list.

A cursor is base64url of: one byte version, eight bytes of SHA-256 over (the tenant's secret, the list's label, the
position), the row's id, the row's order key. The label names type, order and direction, so that a cursor of one list is
refused by another.
"""

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, Integer, String
from sqlalchemy.types import TypeEngine

VERSION = b"\x01"
SEAL = 8
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Key:
    """How PostgreSQL sends an order key in binary, and how it is read back."""

    cast: str
    send: str
    read: Callable[[bytes], Any]


KEYS: tuple[tuple[type[TypeEngine[Any]], Key], ...] = (
    (
        DateTime,
        Key("timestamptz", "timestamptz_send({})", lambda raw: EPOCH + timedelta(microseconds=_integer(raw, 8))),
    ),
    (Date, Key("date", "date_send({})", lambda raw: date(2000, 1, 1) + timedelta(days=_integer(raw, 4)))),
    (BigInteger, Key("int8", "int8send({})", lambda raw: _integer(raw, 8))),
    (Integer, Key("int4", "int4send({})", lambda raw: _integer(raw, 4))),
    (String, Key("text", "convert_to({}, 'UTF8')", lambda raw: raw.decode())),
)


def _optional(raw: bytes) -> bytes | None:
    if raw[:1] not in (ABSENT, PRESENT) or (raw[:1] == ABSENT and len(raw) > 1):
        raise CursorError
    return None if raw == ABSENT else raw[1:]


ABSENT, PRESENT = b"\x00", b"\x01"
OPTIONAL = Key("bytea", r"coalesce('\x01'::bytea || {}, '\x00'::bytea)", _optional)
"""Of an order in which a row may have no key."""


@dataclass(frozen=True)
class Position:
    """Where a cursor points: after or before the row with this key and id."""

    id: uuid.UUID
    key: Any


class CursorError(ValueError):
    """The text is no cursor of this list."""


def key_of(kind: TypeEngine[Any]) -> Key:
    stored = getattr(kind, "impl_instance", kind)
    return next(key for sql_type, key in KEYS if isinstance(stored, sql_type))


def label(*words: str) -> bytes:
    return hashlib.sha256(":".join(words).encode()).digest()[:4]


def constant(row_label: bytes) -> str:
    """A label as SQL."""
    return f"'\\x{row_label.hex()}'::bytea"


def expression(row_label: str, secret: str, alias: str, column: str | None, key: Key | None) -> str:
    """SQL for the cursor of a row. Without a column the id alone is the position."""
    position = f"uuid_send({alias}.id)"
    if column is not None and key is not None:
        position += f" || {key.send.format(f'{alias}.{column}')}"
    seal = f"substring(sha256({secret} || {row_label} || {position}) FOR {SEAL})"
    return f"translate(encode('\\x{VERSION.hex()}'::bytea || {seal} || {position}, 'base64'), E'+/=\\n', '-_')"


def decode(text: str, row_label: bytes, secret: bytes, key: Key | None) -> Position:
    try:
        raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        if base64.urlsafe_b64encode(raw).rstrip(b"=") != text.encode():
            raise CursorError
        version, seal, position = raw[:1], raw[1 : 1 + SEAL], raw[1 + SEAL :]
        wanted = hashlib.sha256(secret + row_label + position).digest()[:SEAL]
        if version != VERSION or not hmac.compare_digest(seal, wanted):
            raise CursorError
        return Position(uuid.UUID(bytes=position[:16]), key.read(position[16:]) if key else None)
    except (binascii.Error, ValueError, OverflowError, struct.error) as problem:
        raise CursorError from problem


def _integer(raw: bytes, size: int) -> int:
    if len(raw) != size:
        raise CursorError
    return int.from_bytes(raw, "big", signed=True)
