"""GraphQL over HTTP: from a request's bytes to an operation, and from an answer to a response."""

import json
import re
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.engine.documents import RequestError
from api.engine.execution import Answer, Engine, fault, refused
from api.signin import SignInError, viewer_of
from tenants.registry import wall

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
MAX_BODY = 1_000_000
HALF = re.compile("[\ud800-\udfff]")
READING = ("GET", "HEAD")
OBJECTS = ("variables", "extensions")


class HttpError(Exception):
    """The request is no GraphQL request that could be answered."""

    def __init__(
        self, status: int, message: str, code: str = "BAD_REQUEST", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = headers


class Endpoint:
    """`/graphql`: queries by GET and POST, mutations by POST."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def respond(self, request: Request) -> Response:
        try:
            media = negotiate(request.headers.get("accept"))
        except HttpError as error:
            return _failure(error, JSON)
        try:
            return await self._answer(request, media)
        except HttpError as error:
            return _failure(error, media)
        except SignInError as error:
            return _failure(HttpError(error.status, error.message, error.code), media)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it

    async def _answer(self, request: Request, media: str) -> Response:
        asked = await _asked(request)
        source, name, variables = _parts(asked)
        now = wall()
        viewer = await viewer_of(
            self.engine.database,
            host=request.headers.get("host"),
            authorization=request.headers.get("authorization"),
            wall=now,
        )
        try:
            document = self.engine.document(source, name)
        except RequestError as error:
            return _response(refused(error), media)
        if request.method in READING and not document.is_query:
            raise HttpError(405, "Send mutations by POST.", "METHOD_NOT_ALLOWED", {"allow": "POST"})
        answer = await self.engine.answer(document, variables, viewer=viewer, now=viewer.tenant.now(now), wall=now)
        return _response(answer, media)


def negotiate(accept: str | None) -> str:
    """The media type with the highest quality, then the one the client lists first."""
    best: tuple[float, str] | None = None
    for part in (accept or "*/*").split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((_quality(one[2:]) for one in parameters if one.startswith("q=")), 1.0)
        media = JSON if kind in ("*/*", "application/*") else kind
        if media in (RESPONSE, JSON) and quality > 0 and (best is None or quality > best[0]):
            best = (quality, media)
    if best is None:
        raise HttpError(406, f"Answers are {RESPONSE} or {JSON}: accept one of them.", "NOT_ACCEPTABLE")
    return best[1]


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


async def _asked(request: Request) -> Any:  # noqa: ANN401 -- whatever the client sent
    if request.method in READING:
        asked: dict[str, Any] = dict(request.query_params)
        given = {part: _json(asked[part].encode(), part) for part in OBJECTS if asked.get(part)}
        return {**asked, **dict.fromkeys(OBJECTS), **given}
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != JSON:
        raise HttpError(415, f"Send the request as {JSON}.", "UNSUPPORTED_MEDIA_TYPE")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HttpError(413, f"A request holds at most {MAX_BODY:,} bytes.", "CONTENT_TOO_LARGE")
    return _json(bytes(body), "body")


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


def _parts(asked: Any) -> tuple[str, str | None, dict[str, Any]]:  # noqa: ANN401 -- any JSON
    if not isinstance(asked, dict):
        raise HttpError(400, "A request is one JSON object with `query`, `variables` and `operationName`.")
    source, name = asked.get("query"), asked.get("operationName")
    if not isinstance(source, str) or not source.strip():
        raise HttpError(400, "`query` holds the document, as text.")
    if not isinstance(name, str | None):
        raise HttpError(400, "`operationName` is text, or null.")
    for part in OBJECTS:
        if not isinstance(asked.get(part), dict | None):
            raise HttpError(400, f"`{part}` is a JSON object, or null.")
    return source, name or None, asked.get("variables") or {}


def _response(answer: Answer, media: str) -> Response:
    status = 200 if answer.executed or media == JSON else 400
    return Response(answer.body, status, media_type=f"{media}; charset=utf-8")


def _failure(error: HttpError, media: str) -> Response:
    body = orjson.dumps({"errors": [{"message": error.message, "extensions": {"code": error.code}}]})
    return Response(body, error.status, headers=error.headers, media_type=f"{media}; charset=utf-8")


def not_served(request: Request, error: Exception) -> Response:
    """What is answered at an address, or to a method, that there is not."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for these alone
    messages = {
        404: ("NOT_FOUND", f"There is nothing at {request.url.path[:100]}. The API is at /graphql."),
        405: ("METHOD_NOT_ALLOWED", f"{request.method} is not possible here; `Allow` names what is."),
    }
    code, message = messages.get(error.status_code, ("BAD_REQUEST", error.detail))
    headers = dict(error.headers or {})
    return _failure(HttpError(error.status_code, message, code, headers), JSON)


def failed(request: Request, error: Exception) -> Response:
    """What is answered when the fault is ours."""
    body = orjson.dumps({"errors": [fault(error, method=request.method, path=request.url.path)]})
    return Response(body, 500, media_type=f"{JSON}; charset=utf-8")
