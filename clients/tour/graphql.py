"""Asking a server, as anyone would: JSON over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

REFUSED = "... on Refused { code message field }"


class TourError(Exception):
    """The server answered with what the story can't go on from."""


@dataclass(frozen=True)
class Seat:
    """Where a tenant is found, and a key to it."""

    host: str
    key: str


@dataclass
class Client:
    """Someone who asks. `seen` collects every id that the answers told, for the other tenant to try."""

    http: httpx.AsyncClient
    seat: Seat
    seen: set[str] = field(default_factory=set)

    def at(self, key: str) -> "Client":
        """Somebody else of the same tenant."""
        return Client(self.http, Seat(self.seat.host, key), self.seen)

    async def post(self, document: str, variables: dict[str, Any] | None = None) -> httpx.Response:
        return await self.http.post(
            "/graphql",
            json={"query": document, "variables": variables or {}},
            headers={"host": self.seat.host, "authorization": f"Bearer {self.seat.key}"},
        )

    async def answer(self, document: str, **variables: object) -> dict[str, Any]:
        """The whole answer, errors and all."""
        response = await self.post(document, variables)
        try:
            answer: dict[str, Any] = response.json()
        except ValueError:
            raise TourError(f"HTTP {response.status_code}: {response.text[:200]}") from None
        self.seen.update(ids_in(answer))
        return answer

    async def ask(self, document: str, **variables: object) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = await self.answer(document, **variables)
        if "errors" in answer:
            raise TourError("; ".join(error["message"] for error in answer["errors"]))
        data: dict[str, Any] = answer["data"]
        return data

    async def tries(self, mutation: str, gives: str = "", /, **given: object) -> dict[str, Any]:
        """What a mutation comes to, a refusal included. `gives`: the type it answers with and what to know of it."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        wanted = f"... on {gives}" if gives else ""
        document = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ __typename {wanted} {REFUSED} }} }}"
        outcome: dict[str, Any] = (await self.ask(document, input=given))[mutation]
        return outcome

    async def does(self, mutation: str, gives: str, /, **given: object) -> dict[str, Any]:
        """What a mutation answers that must succeed."""
        outcome = await self.tries(mutation, gives, **given)
        if outcome["__typename"].endswith("Refused"):
            raise TourError(f"{mutation} was refused: {outcome['code']} ({outcome['field']}): {outcome['message']}")
        return outcome


def ids_in(answer: object) -> Iterator[str]:
    """Every `id` at whatever depth."""
    if isinstance(answer, list):
        for one in answer:
            yield from ids_in(one)
    if isinstance(answer, dict):
        for name, one in answer.items():
            if name == "id" and isinstance(one, str):
                yield one
            else:
                yield from ids_in(one)
