"""What is said where a request has no answer: always JSON, always in the form of GraphQL's errors."""

from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.engine.execution import fault

JSON_BODY = "application/json; charset=utf-8"


class HttpError(Exception):
    """The request is no GraphQL request that could be answered."""

    def __init__(
        self, status: int, message: str, code: str = "BAD_REQUEST", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = headers or {}

    @property
    def body(self) -> bytes:
        return _errors({"message": self.message, "extensions": {"code": self.code}})


def not_possible(method: str, allowed: str) -> HttpError:
    message = f"{method} is not possible here; `Allow` names what is."
    return HttpError(405, message, "METHOD_NOT_ALLOWED", {"allow": allowed})


def not_served(request: Request, error: Exception) -> Response:
    """What is answered at an address, or to a method, that there is not."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for these alone
    headers = dict(error.headers or {})
    if error.status_code == 405:  # noqa: PLR2004 -- a status of HTTP
        no = not_possible(request.method, headers["Allow"])
    elif error.status_code == 404:  # noqa: PLR2004 -- a status of HTTP
        no = HttpError(404, f"There is nothing at {request.url.path[:100]}. The API is at /graphql.", "NOT_FOUND")
    else:
        no = HttpError(error.status_code, error.detail, headers=headers)
    return Response(no.body, no.status, no.headers, media_type=JSON_BODY)


def failed(request: Request, error: Exception) -> Response:
    """What is answered when the fault is ours."""
    return Response(failure(error, request.method, request.url.path), 500, media_type=JSON_BODY)


def failure(error: Exception, method: str, path: str) -> bytes:
    return _errors(fault(error, method=method, path=path))


def _errors(*errors: dict[str, Any]) -> bytes:
    return orjson.dumps({"errors": errors})
