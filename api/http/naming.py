"""Which document a request names: by its text, by `documentId`, or by the hash of Apollo's `persistedQuery`.

After the appendix on persisted documents of GraphQL over HTTP, and Apollo's protocol with its words for what is wrong.
"""

from typing import Any

from api.documents.texts import Named
from api.http.errors import HttpError
from tenants.documents import digest

VERSION = 1


def named(said: dict[str, Any]) -> Named:
    """How the request names its document, or an HttpError. Its `extensions` are known to be an object, or null."""
    text, id_ = said.get("query"), said.get("documentId")
    if not isinstance(text, str | None):
        raise _no_query()
    if not isinstance(id_, str | None):
        raise HttpError(400, "`documentId` is text, or null.")
    sent = bool(text and text.strip())
    if id_:
        if sent:
            raise HttpError(400, "A document is named by `query` or by `documentId`: send one of them.")
        return Named(id=id_)
    hash_ = _hash((said.get("extensions") or {}).get("persistedQuery"))
    if text is None or not sent:
        if hash_ is None:
            raise _no_query()
        return Named(hash=hash_)
    if hash_ is not None and hash_ != digest(text).hex():
        raise HttpError(400, "provided sha does not match query")
    return Named(text, hash=hash_)


def _hash(persisted: Any) -> str | None:  # noqa: ANN401 -- any JSON
    if persisted is None:
        return None
    if not isinstance(persisted, dict):
        raise HttpError(400, "`extensions.persistedQuery` is a JSON object, or null.")
    version = persisted.get("version")
    if version != VERSION or isinstance(version, bool):
        raise HttpError(400, "Unsupported persisted query version")
    hash_ = persisted.get("sha256Hash")
    if not isinstance(hash_, str) or not hash_:
        raise HttpError(400, "`extensions.persistedQuery.sha256Hash` is text.")
    return hash_


def _no_query() -> HttpError:
    return HttpError(400, "`query` holds the document, as text.")
