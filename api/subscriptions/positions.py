"""Positions: how far along the history someone has been told, exactly, whatever the order of commits.

Ids of events are made before their transactions commit, and transactions commit in any order, so "after this id" would
lose events. PostgreSQL's own snapshot says which transactions were over at a moment: what is new since is what that
snapshot does not see. A position is the snapshot up to which all was told. Within a batch, that is between two
snapshots, events are told in the order of their ids, and the position is both snapshots and the last id.

As clients carry it: base64url of one byte version, eight bytes of SHA-256 over (the tenant's secret, a label, the
text), and the text `<seconds since 1970>|<since>|<until>|<last>`.
"""

import base64
import binascii
import hashlib
import hmac
import re
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from api.engine.cursors import SEAL, label

VERSION = b"\x02"
LABEL = label("history", "position")
LASTS = timedelta(days=7)
LONGEST_TRANSACTION = timedelta(days=1)
FORM = re.compile(r"(\d{1,12})\|(\d+:\d+:[\d,]*)\|(\d+:\d+:[\d,]*)?\|([0-9a-f]{32})?")
NOW = "floor(extract(epoch FROM clock_timestamp()))::bigint"

SEALED_NOW = (
    "translate(encode('\\x{version}'::bytea"
    " || substring(sha256({{secret}} || '\\x{label}'::bytea || {text}) FOR {seal})"
    " || {text}, 'base64'), E'+/=\\n', '-_')"
).format(
    version=VERSION.hex(),
    label=LABEL.hex(),
    seal=SEAL,
    text=f"convert_to({NOW} || '|' || pg_current_snapshot() || '||', 'UTF8')",
)
"""An SQL expression: the position of what is read in the same statement."""


class PositionError(ValueError):
    """The text is no position that can be gone on from; the message says why."""


@dataclass(frozen=True)
class Position:
    """All that `since` sees was told; of what only `until` sees, the events up to `last`.

    `at` is when `since` was taken.
    """

    at: int
    since: str
    until: str | None = None
    last: uuid.UUID | None = None

    @property
    def floor(self) -> uuid.UUID:
        """Every event that is not told yet has a greater id: ids begin with the time at which they were made.

        It also keeps out events whose transaction's number is another server's, as after a restored backup.
        """
        if self.last is not None:
            return self.last
        begin = self.at - int(LONGEST_TRANSACTION.total_seconds())
        return uuid.UUID(int=max(begin, 0) * 1000 << 80)

    def up_to(self, until: str) -> "Position":
        """The same, in the batch that ends there."""
        return replace(self, until=until)

    def beyond(self, other: "Position") -> bool:
        """Whether it knows of transactions that had not begun at the other: then it is of another server's history."""
        return _end(self.until or self.since) > _end(other.since)


def sealed(position: Position, secret: bytes) -> str:
    last = position.last.hex if position.last else ""
    text = f"{position.at}|{position.since}|{position.until or ''}|{last}".encode()
    return base64.urlsafe_b64encode(VERSION + _seal(text, secret) + text).rstrip(b"=").decode()


def opened(text: str, secret: bytes, now: datetime) -> Position:
    """The position that a client has carried back, or a PositionError."""
    try:
        raw = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _unknown() from None
    version, seal, said = raw[:1], raw[1 : 1 + SEAL], raw[1 + SEAL :]
    parts = FORM.fullmatch(said.decode("latin-1"))
    if version != VERSION or parts is None or not hmac.compare_digest(seal, _seal(said, secret)):
        raise _unknown()
    at, since, until, last = parts.groups()
    if datetime.fromtimestamp(int(at), UTC) < now - LASTS:
        raise PositionError(
            f"This position is older than {LASTS.days} days, and has expired. Read what there is now, and begin anew."
        )
    return Position(int(at), since, until, uuid.UUID(last) if last else None)


def _end(snapshot: str) -> int:
    return int(snapshot.split(":")[1])


def _seal(text: bytes, secret: bytes) -> bytes:
    return hashlib.sha256(secret + LABEL + text).digest()[:SEAL]


def _unknown() -> PositionError:
    return PositionError("This is no position of this tenant's history. Give one that was told, or leave `after` out.")
