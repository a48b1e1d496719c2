"""Bad arguments of queries get a clear error, or match nothing."""

from collections import Counter, defaultdict
from itertools import cycle, islice

import pytest

from api.schema import schema
from tenants.keys import Role
from tests.academy import an_academy
from tests.attacks import document
from tests.e2e.answered import ask
from tests.e2e.conftest import a_client
from tests.spoiling import put, spoiled

MATCHES_NOTHING = {"100,000 characters", "x", "10,000 characters", "a whole number", "another type's"}
"""What no place takes as input, a comparison may: nothing is equal to it."""
WAYS_PER_PLACE = 4


@pytest.fixture
async def client(http, doors, tenant):
    return await a_client(http, doors, tenant, Role.TENANT_ADMIN)


@pytest.fixture
async def academy(doors, tenant, client):
    return await an_academy(doors, tenant)


def chosen(name, field, academy):
    """Some ways to spoil each place, so that every way that fits a type is tried as often as any other."""
    by_place = defaultdict(list)
    for argument, spec in field.args.items():
        for bad in spoiled(spec.type, (argument,), academy.by_type["Tenant"][0]):
            by_place[bad.path].append(bad)
    for ways in by_place.values():
        start = TURNS[ways[-1].kind]
        TURNS[ways[-1].kind] += WAYS_PER_PLACE
        yield from islice(cycle(ways), start % len(ways), start % len(ways) + min(WAYS_PER_PLACE, len(ways)))


TURNS = Counter()


@pytest.mark.slow
async def test_bad_arguments_of_a_query_get_a_clear_error(client, academy):
    found, ways = [], Counter()
    for name, field in schema().query_type.fields.items():
        text = document(schema(), "query", name, field)
        sound = {argument: academy.ids[0] for argument in field.args if argument == "id"}
        sound |= {argument: academy.ids[:2] for argument in field.args if argument == "ids"}
        for bad in chosen(name, field, academy):
            answer = await ask(client, text, put(sound, bad.path, bad.value), name)
            ways[bad.kind, bad.way] += 1
            never = (
                bad.never and bad.way not in MATCHES_NOTHING and not (bad.kind == "ID" and isinstance(bad.value, str))
            )
            if answer.leak:
                found.append(f"{name}({bad}): '{answer.leak}' is no word for clients: {answer.no}")
            elif "errors" not in answer.body:
                found += [f"{name}({bad}): is taken: {str(answer.body)[:300]}"] if never else []
            elif not answer.names(bad.path):
                found.append(f"{name}({bad}): the error does not say where: {answer.no}")

    assert found == []
