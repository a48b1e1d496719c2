"""What services and scripts in Python are made with, each in an environment of its own, against a running server."""

import pytest

from tests.conformance import Row, tell
from tests.e2e.clients import environments
from tests.processes import REPOSITORY

pytestmark = [pytest.mark.registry, pytest.mark.slow, pytest.mark.conformance]


def test_gql_asks_in_every_way_it_has(server, tmp_path):
    found = environments.tried("gql", server, tmp_path)

    tried = "five transports, pages, validation and queries by schema, refusals, errors, subscriptions"
    held("gql", environments.version("gql", "gql"), tried, found)


def test_ariadne_codegen_generates_a_typed_client_that_works(server, tmp_path):
    schema, queries = REPOSITORY / "api" / "schema.graphql", environments.FOLDER / "queries.graphql"

    found = environments.tried("ariadne", server, tmp_path, schema, queries)

    tried = "a generated client: typed filters, rows, refusals, errors"
    held("ariadne-codegen", environments.version("ariadne", "ariadne-codegen"), tried, found)


def held(name, version, tried, found):
    assert found["failed"] == [], "\n\n".join(f"{one['name']}: {one['why']}" for one in found["failed"])
    passed = found["passed"]
    tell(Row(name, version, tried, len(passed), len(passed), passed))
