"""Who may call what: every query and mutation, by every role, by visitors, and by apps with and without its scope."""

import json
from collections import Counter

import pytest

from api.engine.types import ENTITIES, ROOTS, TOLD
from api.mutations import ACCESS
from api.permissions import SCOPES
from api.schema import schema
from tenants.keys import Role
from tests.academy import an_academy
from tests.attacks import NOBODYS, document, least
from tests.e2e.conftest import Client, a_client

PUBLIC = {"tenant", "viewer"}
LEARNERS_DO = {
    "registerForSession",
    "cancelRegistration",
    "joinCommunity",
    "leaveCommunity",
    "appointModerator",
    "writePost",
    "askQuestion",
    "answerQuestion",
    "acceptAnswer",
    "completeStep",
    "skipStep",
    "respondToEvaluation",
    "registerForSessions",
    "cancelRegistrations",
    "exportOperation",
    "cancelExport",
}
INSTRUCTORS_DO = LEARNERS_DO | {
    "recordAttendance",
    "recordAttendances",
    "countHeads",
    "recordHeadCounts",
    "openSessionChannel",
}
DOCUMENTS = {"trustedDocument", "trustedDocuments", "registerDocuments", "retireDocuments", "lockApp", "unlockApp"}
FIELDS = {"declareCustomField", "updateCustomField", "retireCustomField", "restoreCustomField"}
ADMINISTRATION = {"updateTenant", "moveClock", "createApp", "createKey", "revokeKey", "key", "keys", "apps"}
ADMINISTRATION |= DOCUMENTS | FIELDS
HIDDEN_FROM_LEARNERS = {
    "organizations",
    "people",
    "key",
    "keys",
    "apps",
    "trustedDocument",
    "trustedDocuments",
    "events",
    "instrument",
    "instruments",
    "headCount",
    "headCounts",
}
"""Written down once more: a change of who may do what has to be meant."""


def declared():
    """Every root field: its kind, its name, its declaration, and how to ask for it with ids that nobody has."""
    core = schema()
    nobody = {name: [f"{entity.prefix}_{NOBODYS}"] for name, entity in ENTITIES.items() if entity.prefix}
    for operation, kind, access in (
        ("query", core.query_type, {name: root.allow for name, root in ROOTS.items()}),
        ("mutation", core.mutation_type, ACCESS),
    ):
        for name, allow in access.items():
            field = kind.fields[name]
            given = least(name, field, nobody) | ({"id": nobody[ROOTS[name].entity][0]} if "id" in field.args else {})
            yield operation, name, allow, document(core, operation, name, field), given


async def turned_away(client: Client, name, text, given):
    """The code with which the call was turned away at the door, or None: it got in, whatever came of it."""
    answer = await client.answer(text, **given)
    doors = (f"You may not ask for `{name}`. ", f"You may not call `{name}`. ", "Sign in ")
    codes = [error["extensions"]["code"] for error in answer.get("errors", []) if error["message"].startswith(doors)]
    assert "INTERNAL_SERVER_ERROR" not in json.dumps(answer), answer
    return codes[0] if codes else None


@pytest.fixture
async def people(http, doors, tenant):
    """Someone with each role."""
    return {role: await a_client(http, doors, tenant, role, name=role.title()) for role in Role}


@pytest.fixture
def app(http, doors, tenant):
    """An app with these scopes: one for all who ask for the same."""
    known = {}

    async def with_scopes(scopes):
        if frozenset(scopes) not in known:
            known[frozenset(scopes)] = await a_client(http, doors, tenant, scopes=scopes)
        return known[frozenset(scopes)]

    return with_scopes


def test_every_field_declares_who_may_call_it():
    core = schema()

    assert core.query_type.fields.keys() - ROOTS.keys() == {"node", "nodes", "nodeByExternalRef", *TOLD}
    assert core.mutation_type.fields.keys() == ACCESS.keys()
    for _, name, allow, _, _ in declared():
        kind = core.query_type if name in ROOTS else core.mutation_type
        assert kind.fields[name].description.endswith(allow.words)


@pytest.mark.slow
async def test_every_role_may_call_what_is_declared_for_it_and_nothing_else(people):
    found, tried = [], Counter()
    for _, name, allow, text, given in declared():
        for role, client in people.items():
            expected = None if role in allow.roles else "FORBIDDEN"
            answered = await turned_away(client, name, text, given)
            tried[expected] += 1
            if answered != expected:
                found.append(f"{name} by {role}: {answered} instead of {expected}")

    assert found == []
    assert min(tried.values()) > 50


@pytest.mark.slow
async def test_an_app_may_call_what_its_scopes_say_and_nothing_else(app):
    found = []
    for operation, name, allow, text, given in declared():
        if allow.scope is None:
            continue
        capability, verb = allow.scope.split(":")
        assert verb == ("read" if operation == "query" else "write")
        enough, others = {f"{capability}:write"}, SCOPES - allow.scopes
        for scopes, expected in (({allow.scope}, None), (enough, None), (others, "FORBIDDEN")):
            answered = await turned_away(await app(scopes), name, text, given)
            if answered != expected:
                found.append(f"{name} by an app with {len(scopes)} scopes: {answered} instead of {expected}")

    assert found == []


@pytest.mark.slow
async def test_a_visitor_may_ask_for_the_tenant_and_who_they_are(visitor):
    found = []
    for _, name, _, text, given in declared():
        expected = None if name in PUBLIC else "UNAUTHENTICATED"
        answered = await turned_away(visitor, name, text, given)
        if answered != expected:
            found.append(f"{name}: {answered} instead of {expected}")

    assert found == []


async def test_a_visitor_finds_nothing_by_its_id(doors, tenant, visitor):
    academy = await an_academy(doors, tenant)
    found = await visitor.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=academy.ids[:100])

    assert found == {"nodes": [None] * len(academy.ids[:100])}


def test_who_may_do_what_is_what_was_meant():
    mutations = set(ACCESS)

    may = {role: {name for name, allow in ACCESS.items() if role in allow.roles} for role in Role}

    assert may == {
        Role.TENANT_ADMIN: mutations,
        Role.COORDINATOR: mutations - ADMINISTRATION,
        Role.INSTRUCTOR: INSTRUCTORS_DO,
        Role.MODERATOR: LEARNERS_DO,
        Role.LEARNER: LEARNERS_DO,
    }


def test_who_may_ask_for_what_is_what_was_meant():
    queries = set(ROOTS)

    may = {role: {name for name, root in ROOTS.items() if role in root.allow.roles} for role in Role}

    assert may == {
        Role.TENANT_ADMIN: queries,
        Role.COORDINATOR: queries - ADMINISTRATION,
        Role.INSTRUCTOR: queries - ADMINISTRATION - {"events"},
        Role.MODERATOR: queries - HIDDEN_FROM_LEARNERS | {"people"},
        Role.LEARNER: queries - HIDDEN_FROM_LEARNERS,
    }
    assert {name for name, root in ROOTS.items() if root.allow.public} == PUBLIC


# What one may not ask for, beside what one may.


async def asked(client, document):
    """The answer's errors, without their words and where they are written, and its data in their order."""
    answer = await client.answer(document)
    told = [(error["path"], error["extensions"]["code"]) for error in answer["errors"]]
    return told, json.dumps(answer["data"])


async def test_what_is_beside_is_answered_and_all_in_their_order(learner):
    document = f"""{{
      me: viewer {{ displayName }} secret: key(id: "key_{NOBODYS}") {{ id }}
      tenant {{ name }} instrument(id: "ins_{NOBODYS}") {{ id }} __typename
    }}"""

    answered = [await asked(learner, document) for _ in range(2)]

    data = {
        "me": {"displayName": "Grace Hopper"},
        "secret": None,
        "tenant": {"name": "Acme"},
        "instrument": None,
        "__typename": "Query",
    }
    assert answered == [([(["secret"], "FORBIDDEN"), (["instrument"], "FORBIDDEN")], json.dumps(data))] * 2


async def test_where_there_must_be_something_there_is_no_data_at_all(learner):
    answered = await asked(learner, "{ tenant { name } all: keys { totalCount } }")

    assert answered == ([(["all"], "FORBIDDEN")], "null")


async def test_what_is_not_there_says_why(learner):
    answer = await learner.answer(f'{{ key(id: "key_{NOBODYS}") {{ id }} }}')

    assert (answer["data"], answer["errors"]) == (
        {"key": None},
        [
            {
                "message": "You may not ask for `key`. For: tenant admin; apps with the scope `settings:read`.",
                "locations": [{"line": 1, "column": 3}],
                "path": ["key"],
                "extensions": {"code": "FORBIDDEN"},
            }
        ],
    )


async def test_a_visitor_is_told_at_its_place_to_sign_in(visitor):
    answered = await asked(visitor, f'{{ tenant {{ name }} key(id: "key_{NOBODYS}") {{ id }} }}')

    assert answered == ([(["key"], "UNAUTHENTICATED")], '{"tenant": {"name": "Acme"}, "key": null}')


async def test_what_is_skipped_is_not_asked_for(learner):
    data = await learner.data("{ tenant { name } keys @skip(if: true) { totalCount } }")

    assert data == {"tenant": {"name": "Acme"}}
