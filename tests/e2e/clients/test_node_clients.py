"""What frontends are made with, from npm, against a running server."""

from dataclasses import dataclass

import pytest

from tests.conformance import Row, tell
from tests.e2e.clients import node

pytestmark = [pytest.mark.node, pytest.mark.slow, pytest.mark.conformance]


@dataclass(frozen=True)
class Suite:
    """A file of `tests/clients/suites`."""

    file: str
    name: str
    packages: tuple[str, ...]
    tried: str


SUITES = [
    Suite("audits", "GraphQL over HTTP audits", ("graphql-http",), "every audit of a server"),
    Suite(
        "apollo",
        "Apollo Client",
        ("@apollo/client",),
        "cache by id, pages, refusals, error policies, GET, persisted queries",
    ),
    Suite(
        "urql",
        "urql",
        ("@urql/core", "@urql/exchange-graphcache", "@urql/exchange-persisted"),
        "document and normalized cache, pages, refusals, errors, GET, persisted queries",
    ),
    Suite("relay", "Relay", ("relay-compiler", "relay-runtime"), "compiled documents, refetch by node, connections"),
    Suite(
        "codegen",
        "GraphQL Code Generator",
        ("@graphql-codegen/cli", "@graphql-codegen/client-preset", "typescript"),
        "client preset, strict types of a program, persisted documents",
    ),
    Suite(
        "documents",
        "Trusted documents",
        ("relay-compiler", "@graphql-codegen/client-preset", "@urql/exchange-persisted"),
        "manifests of compilers and of urql, pushed by the command line; locked apps that ask by ids and hashes",
    ),
    Suite(
        "subscriptions",
        "graphql-ws and graphql-sse",
        ("graphql-ws", "graphql-sse"),
        "what happens is told, taken up again at a position, and refused where it is wrong",
    ),
    Suite("inspector", "GraphQL Inspector", ("@graphql-inspector/core",), "the committed schema and the served one"),
]


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.file)
def test_what_frontends_are_made_with_works(suite, workshop, server):
    found = node.tried(suite.file, server)

    assert found["failed"] == [], "\n\n".join(f"{one['name']}: {one['why']}" for one in found["failed"])
    passed = found["passed"]
    tell(Row(suite.name, node.versions(*suite.packages), suite.tried, len(passed), len(passed), passed))
