"""How each rival is started and asked."""

from typing import Any

import migrations
from tests.bench.fill import Academy
from tests.bench.queries import Query
from tests.bench.rivals import Rival, post, postgraphile
from tests.bench.servers import python

SIZES = {"Q2": {"first": 50}, "Q3": {"first": 20, "seats": 20}, "Q4": {"first": 20}}


def with_application(url: str, home: str) -> dict[str, str]:
    return {"APPLICATION_URL": migrations.application_url(url)}


def with_administrator(url: str, home: str) -> dict[str, str]:
    return {"DATABASE_URL": url, "COLLEGIUM_HOME": home}


def by_hand(query: Query, academy: Academy, variables: dict[str, Any]) -> bytes:
    return post(f"/{query.key}", {**SIZES.get(query.key, {}), **variables}, in_header(academy))


def in_header(academy: Academy) -> dict[str, str]:
    return {"host": "bench", "x-tenant": str(academy.tenant_id), "x-person": str(academy.coordinator_id)}


def by_key(query: Query, academy: Academy, variables: dict[str, Any]) -> bytes:
    headers = {"host": f"{academy.slug}.localhost", "authorization": f"Bearer {academy.key}"}
    return post("/graphql", {"query": query.document, "variables": variables}, headers)


def by_tenant(query: Query, academy: Academy, variables: dict[str, Any]) -> bytes:
    return post("/graphql/", {"query": query.document, "variables": variables}, in_header(academy))


def hand(trips: int):
    return lambda port: ["env", f"TRIPS={trips}", f"PORT={port}", *python("tests.bench.rivals.hand")]


def idiomatic(port: int) -> list[str]:
    return ["env", f"PORT={port}", *python("tests.bench.rivals.idiomatic")]


RIVALS = (
    Rival("a", "by hand, one round trip", hand(1), with_application, by_hand),
    Rival("a3", "by hand, BEGIN and COMMIT", hand(3), with_application, by_hand),
    Rival("b", "strawberry, SQLModel, loaders", idiomatic, with_application, by_tenant),
    Rival(
        "c",
        "Collegium",
        lambda port: python("collegium", "serve", "--no-worker", "--port", str(port)),
        with_administrator,
        by_key,
    ),
    Rival(
        "d",
        "PostGraphile",
        postgraphile.command,
        postgraphile.environment,
        postgraphile.request,
        postgraphile.read,
        postgraphile.missing,
        writes=False,
    ),
)

NAMES = {rival.key: rival.name for rival in RIVALS}
