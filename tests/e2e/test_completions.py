"""Whatever is asked, both completions of a plan answer the same."""

import asyncio
import json
from collections import Counter
from itertools import cycle

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from api.engine.documents import RequestError
from api.engine.execution import Engine, refused
from api.schema import schema
from tenants.database import Database
from tenants.keys import Role
from tenants.registry import wall
from tenants.viewer import Viewer
from tests.academy import an_academy
from tests.conftest import a_tenant
from tests.queries import queries

NOW = wall()
EXAMPLES = 150


async def ask(engine, viewer, query, *, core):
    source, variables = query
    try:
        document = engine.document(source, None)
    except RequestError as error:
        return json.loads(refused(error).body)
    answer = await engine.answer(document, variables, viewer=viewer, now=NOW, wall=NOW, core=core)
    return json.loads(answer.body)


@pytest.mark.slow
def test_generated_queries_are_answered_alike_by_both_completions(database_url):
    answered = Counter()
    with asyncio.Runner() as runner:
        database = Database(database_url)
        engine = Engine(schema(), database)
        tenant = runner.run(a_tenant(database))
        academy = runner.run(an_academy(database, tenant))
        viewers = cycle(
            [
                Viewer(tenant, academy.coordinator_id, roles=frozenset({Role.TENANT_ADMIN})),
                Viewer(tenant, academy.learner_id, roles=frozenset({Role.LEARNER})),
                Viewer(tenant),
            ]
        )

        @given(query=queries(schema(), academy.by_type))
        @settings(
            max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
        )
        def alike(query):
            viewer = next(viewers)
            direct = runner.run(ask(engine, viewer, query, core=False))
            completed = runner.run(ask(engine, viewer, query, core=True))

            assert direct == completed
            assert "INTERNAL_SERVER_ERROR" not in json.dumps(direct)
            answered["errors" if "errors" in direct else "data"] += 1

        alike()
        runner.run(database.close())
    assert answered["data"] > answered["errors"] > 0
