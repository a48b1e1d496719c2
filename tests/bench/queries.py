"""What is measured: four reads and a registration, each with its variables drawn for one tenant."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.bench.fill import Academy

SESSION = """
    id title status format startsAt endsAt capacity seatsTaken number program { title } hostOrganization { name }
"""


@dataclass(frozen=True)
class Query:
    """`draw` gives the variables of the n-th request of one tenant."""

    key: str
    title: str
    document: str
    draw: Callable[[Academy, int], dict[str, Any]]
    writes: bool = False

    def asked(self, academies: list[Academy]) -> Iterator[tuple[Academy, dict[str, Any]]]:
        """Endlessly, of one tenant after the other."""
        for number in count():
            for academy in academies:
                yield academy, self.draw(academy, number)


def global_id(prefix: str, row) -> str:
    return f"{prefix}_{row.hex}"


def _one(academy: Academy, number: int) -> dict[str, Any]:
    return {"id": global_id("ses", random.Random(number).choice(academy.sessions))}


def _page(academy: Academy, number: int) -> dict[str, Any]:
    return {}


def _filtered(academy: Academy, number: int) -> dict[str, Any]:
    drawn = random.Random(number)
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    start = noon + timedelta(days=drawn.randrange(1, len(academy.sessions) // 16))
    return {"format": drawn.choice(["CLASSROOM", "VIRTUAL", "WORKSHOP", "HYBRID"]), "from": start.isoformat()}


def _registration(academy: Academy, number: int) -> dict[str, Any]:
    """A session of the second half and a person who is not in it yet, until everyone is in every session."""
    free = academy.sessions[len(academy.sessions) // 2 :]
    session, turn = free[number % len(free)], number // len(free)
    if turn >= len(academy.people):
        raise RuntimeError("Everyone is registered for everything: measure for a shorter time, or with more people.")
    person = academy.people[(number * 7 + turn * (1 - 7 * len(free))) % len(academy.people)]
    return {"input": {"sessionId": global_id("ses", session), "personId": global_id("per", person)}}


QUERIES = (
    Query(
        "Q1",
        "one session with its program and host",
        f"query Session($id: ID!) {{ session(id: $id) {{ {SESSION} }} }}",
        _one,
    ),
    Query(
        "Q2",
        "a page of 50 sessions",
        f"""query Page {{ sessions(first: 50) {{
            edges {{ node {{ {SESSION} }} cursor }} pageInfo {{ hasNextPage endCursor }} }} }}""",
        _page,
    ),
    Query(
        "Q3",
        "20 sessions with 20 registrations each and their learners",
        """query Seats { sessions(first: 20) { edges { node { id title
            registrations(first: 20) { edges { node { id status person { name email } } } } } } } }""",
        _page,
    ),
    Query(
        "Q4",
        "a filtered and ordered page of 20",
        f"""query Filtered($format: SessionFormat!, $from: DateTime!) {{ sessions(first: 20,
            where: {{format: {{eq: $format}}, startsAt: {{gte: $from}}}}, orderBy: {{field: TITLE}}) {{
            edges {{ node {{ {SESSION} }} cursor }} pageInfo {{ hasNextPage endCursor }} }} }}""",
        _filtered,
    ),
    Query(
        "M",
        "a registration for a session",
        """mutation Register($input: RegisterForSessionInput!) { registerForSession(input: $input) { __typename
            ... on Registration { id status registeredAt session { id title seatsTaken } person { id name } }
            ... on RegistrationRefused { code message } } }""",
        _registration,
        writes=True,
    ),
)
