"""Links: addresses of files that open without a key for a while, sealed by the tenant's secret."""

import base64
import hashlib
import hmac
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from api import ids

PREFIX = "exp"
OPEN = timedelta(hours=1)


def link(facts: dict[str, Any] | None) -> str | None:
    """The address, from what SQL tells of an export; None where there is no file."""
    if facts is None:
        return None
    export_id, until = uuid.UUID(facts["id"]), int(facts["until"])
    sealed = seal(bytes.fromhex(facts["secret"]), export_id, until)
    said = urlencode({"tenant": facts["tenant"], "until": until, "seal": sealed})
    return f"/exports/{ids.encode(PREFIX, export_id)}?{said}"


def seal(secret: bytes, export_id: uuid.UUID, until: int) -> str:
    digest = hmac.digest(secret, b"export:%b:%d" % (export_id.bytes, until), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def sealed_by(secret: bytes, export_id: uuid.UUID, until: int, given: str) -> bool:
    return hmac.compare_digest(seal(secret, export_id, until).encode(), given.encode())


def over(until: int, now: datetime) -> bool:
    return now.astimezone(UTC).timestamp() >= until
