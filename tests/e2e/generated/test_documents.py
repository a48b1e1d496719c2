"""Whole documents made up from the schema, with fragments, directives, variables and real ids, asked in every role."""

from collections import Counter, deque
from importlib.metadata import version

import httpx
import pytest
from hypothesis import given

from api.schema import schema
from tests.conformance import Row, tell
from tests.e2e.generated.answers import faults
from tests.e2e.generated.conftest import ROLES, WHOLE, generated
from tests.queries import mutations, queries

pytestmark = [pytest.mark.slow, pytest.mark.conformance]

SEVERAL, ALONE, FEW = 500, 8, 30
"""Documents with any of the queries, as many with any of the mutations, and of each query and mutation alone.

`FEW` with any of them, and none alone, where the page is not being written.
"""


def test_no_document_finds_a_fault_in_any_role(served):
    """Each is asked by everybody, and somebody else is the first each time: what is done once can't be done again."""
    turns, found, answered = deque(served.askers), [], {who: Counter() for who in served.askers}

    def ask(document):
        source, variables = document
        for who in turns:
            request = {"query": source, "variables": variables}
            response = http.post(served.url, json=request, headers=served.askers[who])

            body = response.json()
            wrong = faults(response.status_code, body, source, variables)
            found.extend(f"as {who}: {fault}\n{source}\n{variables}" for fault in wrong)
            answered[who]["data" if any((body.get("data") or {}).values()) else "errors"] += 1
        turns.rotate()

    with httpx.Client(timeout=60, trust_env=False) as http:
        for documents, number in made_up(served.own):
            generated(number)(given(documents)(ask))()

    roots = (schema().query_type, schema().mutation_type)
    total = ROLES * sum(SEVERAL + ALONE * len(root.fields) for root in roots)
    assert not found, "\n\n".join(found)
    assert sum(counted.total() for counted in answered.values()) == (total if WHOLE else ROLES * len(roots) * FEW)
    assert all(counted["data"] > counted.total() / 10 for counted in answered.values()), answered
    tell(
        Row(
            "hypothesis-graphql",
            f"hypothesis-graphql {version('hypothesis-graphql')}",
            "whole documents with fragments, variables and real ids, in each role: no fault, no leak, data that fit",
            total,
            total,
            [
                f"{counted.total():,} documents as {who}, of which {counted['data']:,} were answered with data"
                for who, counted in answered.items()
            ],
        )
    )


def made_up(own):
    """Strategies of documents, and how many of each."""
    for make, root in ((queries, schema().query_type), (mutations, schema().mutation_type)):
        yield make(schema(), own), SEVERAL if WHOLE else FEW
        for name in root.fields if WHOLE else ():
            yield make(schema(), own, (name,)), ALONE
