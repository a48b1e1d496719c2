"""Who is measured beside whom. Each is one server process that answers the same questions from the same database."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bench.fill import Academy
from tests.bench.queries import Query


@dataclass(frozen=True)
class Rival:
    """`command` starts its server at a port; `request` writes a request; `read` gives an answer's `data`."""

    key: str
    name: str
    command: Callable[[int], list[str]]
    environment: Callable[[str, str], dict[str, str]]
    request: Callable[[Query, Academy, dict[str, Any]], bytes]
    read: Callable[[Query, dict[str, Any]], Any] = lambda query, data: data
    missing: Callable[[], str | None] = lambda: None
    writes: bool = True


def post(path: str, body: object, headers: dict[str, str]) -> bytes:
    """An HTTP request as a client writes it that keeps its connection."""
    content = json.dumps(body, separators=(",", ":")).encode()
    lines = {"content-type": "application/json", "content-length": str(len(content)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + content
