"""The text that a request means: sent along, registered by an app, or sent before.

What is registered is looked up in the database and remembered for `AGE` seconds: so long may a document still be served
that was retired. What is sent with its hash (Apollo's automatic persisted queries) this process alone remembers.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from graphql import GraphQLError

from api.documents.memory import Memory, TextsByTenant
from api.engine.documents import Document, RequestError, Shelf
from api.engine.execution import Engine
from tenants import documents
from tenants.documents import HEX, SHA256, Registered
from tenants.viewer import Viewer

AGE = 5.0  # seconds
ROOM = 16_000_000  # bytes of registered texts
SENT_TOGETHER = 32_000_000  # bytes of texts that were sent
SENT_EACH = 1_000_000  # bytes of them for one tenant
LONGEST_SENT = 100_000


@dataclass(frozen=True)
class No:
    """Why there is no document."""

    code: str
    message: str


NOT_TRUSTED = No(
    "DOCUMENT_NOT_TRUSTED", "This app is locked to the documents that it has registered, and this is none of them."
)
NOT_SENT = No("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
NOT_SUPPORTED = No("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
"""Word for word what Apollo's clients and urql wait for: they send the text, or send no hashes any more."""


class Named(NamedTuple):
    """How a request says which document it means: its text, its id, or the hash of what was sent before.

    Text and hash agree where both are given: the text is to be remembered then.
    """

    text: str | None = None
    id: str | None = None
    hash: str | None = None


class Meant(NamedTuple):
    """The document that a request means. `trusted`: an app has registered it."""

    text: str
    trusted: bool = False
    keep_as: str | None = None


class Texts:
    """Finds what requests mean, for one process."""

    def __init__(self, engine: Engine, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.engine = engine
        self.clock = clock
        self.sent = TextsByTenant(each=SENT_EACH, together=SENT_TOGETHER)
        self._registered: Memory[tuple[uuid.UUID, str], tuple[float, list[Registered]]] = Memory(ROOM)

    async def document(self, named: Named, name: str | None, viewer: Viewer) -> Document:
        """The operation of this name, read and measured; or a RequestError."""
        meant = await self.meant(named, viewer)
        document = self.engine.document(meant.text, name, _shelf(viewer, trusted=meant.trusted))
        if meant.keep_as is not None and len(meant.text) <= LONGEST_SENT:
            self.sent.put(viewer.tenant.id, meant.keep_as, meant.text)
        return document

    async def meant(self, named: Named, viewer: Viewer) -> Meant:
        """The document, or a RequestError in the words that clients wait for."""
        if named.id is not None:
            meant, no = await self._trusted(named.id, viewer), _not_found(named.id)
        elif named.text is None:
            meant, no = await self._by_hash(named.hash or "", viewer), NOT_SUPPORTED if viewer.locked else NOT_SENT
        elif not viewer.locked:
            return Meant(named.text, keep_as=named.hash)
        else:
            meant, no = await self._trusted(SHA256 + documents.digest(named.text).hex(), viewer), NOT_TRUSTED
        if meant is None:
            raise RequestError([GraphQLError(no.message, extensions={"code": no.code})])
        return meant

    async def _by_hash(self, hash_: str, viewer: Viewer) -> Meant | None:
        """Apollo's clients send the ids of a manifest as hashes too, whatever they are."""
        text = None if viewer.locked else self.sent.get(viewer.tenant.id, hash_)
        if text is not None:
            return Meant(text)
        return await self._trusted(SHA256 + hash_ if HEX.fullmatch(hash_) else hash_, viewer)

    async def _trusted(self, id_: str, viewer: Viewer) -> Meant | None:
        found = await self._found(viewer.tenant.id, id_)
        text = documents.chosen(found, app_id=viewer.app_id, locked=viewer.locked)
        return None if text is None else Meant(text, trusted=True)

    async def _found(self, tenant_id: uuid.UUID, id_: str) -> list[Registered]:
        """What is not found is not remembered: a document that is registered now is served now."""
        now = self.clock()
        known = self._registered.get((tenant_id, id_))
        if known is not None and now < known[0]:
            return known[1]
        found = [] if "\x00" in id_ else await documents.lookup(self.engine.database, tenant_id, id_)
        if found:
            size = sum(len(one.text.encode()) for one in found) + len(id_)
            self._registered.put((tenant_id, id_), (now + AGE, found), size)
        else:
            self._registered.drop((tenant_id, id_))
        return found


def _shelf(viewer: Viewer, *, trusted: bool) -> Shelf:
    if trusted:
        return Shelf.REGISTERED
    return Shelf.VIEWERS if viewer.signed_in else Shelf.VISITORS


def _not_found(id_: str) -> No:
    message = f"No document is registered here as '{id_[:100]}'. Push the client's manifest, then ask again."
    return No("DOCUMENT_NOT_FOUND", message)
