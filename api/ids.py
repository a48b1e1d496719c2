"""Global ids: the type's prefix and the row's UUID as 32 hexadecimal digits. Opaque to clients."""

import re
import uuid

FORM = re.compile(r"([a-z]{3})_([0-9a-f]{32})")


def encode(prefix: str, row: uuid.UUID) -> str:
    return f"{prefix}_{row.hex}"


def decode(prefix: str, text: str) -> uuid.UUID | None:
    """The row's id; None where the text is no id of this type, which is answered like an id that does not exist."""
    match = FORM.fullmatch(text)
    return uuid.UUID(match[2]) if match and match[1] == prefix else None
