"""What may be cached: answers without errors to queries by GET, and nothing else.

What a visitor sees of a tenant everybody may see: it is public, for a short while. What someone sees who has signed in
is theirs alone, and asked for again each time: where nothing has changed they are told so, without a body.
"""

import hashlib
from dataclasses import dataclass

VISITORS = "public, max-age=30"
SIGNED_IN = "private, no-cache"
NOTHING = "no-store"
VARY = "Accept, Authorization, Host"


@dataclass(frozen=True)
class Caching:
    """The header fields of an answer, and whether the client has it already."""

    headers: dict[str, str]
    unchanged: bool = False


def caching(data: bytes, media: str, *, signed_in: bool, known: str | None) -> Caching:
    """For an answer without errors to a query by GET. `known` is what the client says by `If-None-Match`.

    `data` is the answer without what it tells of its costs: these may differ under the same tag, which is a weak one.
    """
    tag = f'W/"{hashlib.blake2b(data + media.encode(), digest_size=16).hexdigest()}"'
    control = SIGNED_IN if signed_in else VISITORS
    return Caching({"cache-control": control, "etag": tag, "vary": VARY}, unchanged=_knows(known, tag))


def _knows(known: str | None, tag: str) -> bool:
    """Compared weakly, as the field is."""
    if known is None:
        return False
    opaque = tag.removeprefix("W/")
    return any(one == "*" or one.removeprefix("W/") == opaque for one in map(str.strip, known.split(",")))
