"""What a request asks: read from its query string or its body, with everything said that is wrong with it."""

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from api.documents.texts import Named
from api.http.errors import HttpError
from api.http.media import JSON
from api.http.naming import named

MAX_BODY = 1_000_000
MAX_PARTS = 100_000
HALF = re.compile("[\ud800-\udfff]")
READING = ("GET", "HEAD")
OBJECTS = ("variables", "extensions")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class GoneError(Exception):
    """The client left before it had said what it wants."""


class Asked(NamedTuple):
    """The parts of a GraphQL request. `document` says which it means."""

    document: Named
    name: str | None
    variables: dict[str, Any]
    extensions: dict[str, Any]


async def asked(scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Asked:
    """What the request asks, or an HttpError."""
    if scope["method"] in READING:
        return parts(_of_query(scope["query_string"]))
    return parts(_json(await _body(headers, receive), "body"))


def _of_query(query: bytes) -> dict[str, Any]:
    said: dict[str, Any] = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    given = {part: _json(said[part].encode(), part) for part in OBJECTS if said.get(part)}
    return {**said, **dict.fromkeys(OBJECTS), **given}


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """The body, which is JSON of a size that is told before it is read, or found out while it is."""
    content_type = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    if content_type != JSON:
        raise HttpError(415, f"Send the request as {JSON}.", "UNSUPPORTED_MEDIA_TYPE")
    told = headers.get(b"content-length", b"0")
    if told.isdigit() and int(told) > MAX_BODY:
        raise _too_large()
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY:
            raise _too_large()
        if not message.get("more_body", False):
            return _small(body)


def _small(body: bytes) -> bytes:
    """JSON is read into many times its size where it is nothing but brackets: they are counted before."""
    if sum(map(body.count, (b",", b"[", b"{"))) > MAX_PARTS:
        message = f"A request's JSON holds at most {MAX_PARTS:,} commas and brackets. Send it in several requests."
        raise HttpError(400, message, "TOO_MANY_VALUES")
    return body


def _too_large() -> HttpError:
    return HttpError(413, f"A request holds at most {MAX_BODY:,} bytes.", "CONTENT_TOO_LARGE", {"connection": "close"})


def _json(text: bytes, where: str) -> Any:  # noqa: ANN401 -- any JSON
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        broken = _broken_text(text)
        if broken:
            message = f"`{broken}` holds half of a surrogate pair, which is no character. Send whole characters."
            raise HttpError(400, message, "BAD_USER_INPUT") from None
        raise HttpError(400, f"The {where} is no JSON: {problem}.") from None


def _broken_text(text: bytes) -> str | None:
    """The path to a text with half of a surrogate pair, where that is what is wrong with the JSON."""
    try:
        places = [("", json.loads(text))]
        while places:
            path, value = places.pop()
            if HALF.search(path) or (isinstance(value, str) and HALF.search(value)):
                return HALF.sub("?", path)
            if isinstance(value, dict):
                places += [(f"{path}.{key}" if path else key, item) for key, item in value.items()]
            elif isinstance(value, list):
                places += [(f"{path}[{number}]", item) for number, item in enumerate(value)]
    except (ValueError, RecursionError):
        return None
    return None


def parts(said: Any) -> Asked:  # noqa: ANN401 -- any JSON
    """What a request's JSON asks, or an HttpError."""
    if not isinstance(said, dict):
        raise HttpError(400, "A request is one JSON object with `query`, `variables` and `operationName`.")
    name = said.get("operationName")
    if not isinstance(name, str | None):
        raise HttpError(400, "`operationName` is text, or null.")
    for part in OBJECTS:
        if not isinstance(said.get(part), dict | None):
            raise HttpError(400, f"`{part}` is a JSON object, or null.")
    return Asked(named(said), name or None, said.get("variables") or {}, said.get("extensions") or {})
