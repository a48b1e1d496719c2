"""Schemathesis at every query and mutation, in every role: no fault of ours, and every answer is of its type."""

from collections import Counter, deque
from importlib.metadata import version

import pytest
import requests
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import response_schema_conformance
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.graphql import nodes
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.conformance import Row, tell
from tests.e2e.generated.answers import faults
from tests.e2e.generated.conftest import ROLES, WHOLE, generated
from tests.e2e.generated.fitting import with_typenames
from tests.queries import TEXTS

pytestmark = [pytest.mark.slow, pytest.mark.conformance]

CHECKS = [response_schema_conformance, negative_data_rejection]
"""Not those that take every "no" for a fault: faults are looked for by our own codes."""
MANY, FEW = 16, 2
"""Documents for each query and mutation, a quarter of which break a rule of GraphQL."""
MODES = [GenerationMode.POSITIVE] * 3 + [GenerationMode.NEGATIVE]

for scalar, texts in TEXTS.items():
    schemathesis.graphql.scalar(scalar, st.sampled_from(texts).map(nodes.String))


def test_no_query_or_mutation_finds_a_fault_in_any_role(served):
    described = schemathesis.graphql.from_url(served.url, headers=served.askers["TENANT_ADMIN"])
    operations = [found.ok() for found in described.get_all_operations()]
    attack = Attack(served, described.create_extra_data_source())

    for operation in operations:
        attack.on(operation)

    assert not attack.found, "\n\n".join(attack.found)
    total = len(operations) * ROLES * MANY
    assert attack.asked.keys() == served.askers.keys()
    assert attack.asked.total() == (total if WHOLE else len(operations) * FEW)
    tell(
        Row(
            "Schemathesis",
            f"schemathesis {version('schemathesis')}",
            "every query and mutation, right and wrong, in each role: no fault, no leak, answers of their types",
            total,
            total,
        )
    )


class Attack:
    """`known`: ids in answers, which later documents ask for."""

    def __init__(self, served, known):
        self.served, self.known = served, known
        self.turns, self.asked, self.found = deque(served.askers), Counter(), []
        self.session = requests.Session()
        self.session.trust_env = False

    def on(self, operation):
        """Each document is asked by everybody, somebody else first each time; by one in turn where there are few."""
        heard, feedback = [], FeedbackSources(extra_data_source=self.known)
        made = st.one_of(operation.as_strategy(mode, feedback=feedback) for mode in MODES)

        @generated(MANY if WHOLE else FEW)
        @given(made)
        def ask(case):
            case.body = with_typenames(case.body)
            heard.extend((case, self.ask(who, case)) for who in (self.turns if WHOLE else (self.turns[0],)))
            self.turns.rotate()

        ask()
        for case, response in heard:
            self.known.record_response(operation=operation, response=response, case=case)

    def ask(self, who, case):
        response = case.call(session=self.session, headers=self.served.askers[who], timeout=60)
        self.asked[who] += 1
        wrong = faults(response.status_code, response.json(), case.body, {})
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failures:
            wrong.extend(str(failure) for failure in failures.exceptions)
        self.found.extend(f"as {who}: {fault}\n{case.body}" for fault in wrong)
        return response
