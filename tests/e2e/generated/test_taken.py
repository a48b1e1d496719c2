"""Every field on rows that there are, and every mutation with input that it takes, whole and spoiled, in every role."""

import json
import re
from collections import Counter, deque
from importlib.metadata import version

import httpx
import pytest
from graphql import get_named_type, is_object_type
from hypothesis import given
from hypothesis import strategies as st

from api.schema import schema
from tests.attacks import NOBODYS
from tests.conformance import Row, tell
from tests.e2e.generated import selecting
from tests.e2e.generated.answers import faults, refusals
from tests.e2e.generated.conftest import ROLES, WHOLE, generated
from tests.e2e.taken import LAST
from tests.queries import mutations
from tests.spoiling import TOO_MANY, put, spoiled

pytestmark = [pytest.mark.slow, pytest.mark.conformance]

MANY, FEW = 10, 3
"""How often each mutation is asked with spoiled input."""
ADMINISTRATOR, APP = "TENANT_ADMIN", "APP"
NAMES_A_ROW = re.compile(r"[a-z]{3}_[0-9a-f]{32}")
IN_ANOTHERS_NAME = "sound input names whose it is, and only apps may name another"
WITHOUT_AN_APP = "sound input names no app: the app that asks is meant"
FOR_OTHERS = {
    "writePost": IN_ANOTHERS_NAME,
    "askQuestion": IN_ANOTHERS_NAME,
    "answerQuestion": IN_ANOTHERS_NAME,
    "acceptAnswer": IN_ANOTHERS_NAME,
    "respondToEvaluation": IN_ANOTHERS_NAME,
    "registerDocuments": WITHOUT_AN_APP,
    "retireDocuments": WITHOUT_AN_APP,
}
"""Mutations whose sound input is not taken from an administrator, and why. An app's is."""
REFUSED = {"expectedRevision": 999, "name": " ", "title": " ", "body": " ", "capacity": -1, "people": -1, "minutes": -1}
"""What fits the type of a field of this name, and is refused."""
TOLD = {"RegistrationChanged", "PostWritten", "StepDue"}
"""What only subscriptions tell."""
LEAST_REASONS = 50
"""Of refusals: how many different ones the answers have to give."""


def test_every_field_and_every_mutation_is_answered_without_a_fault(served):
    """The administrator asks everything. Everybody else does where the page is being written, one in turn otherwise."""
    roots = schema().query_type.fields, schema().mutation_type.fields
    documents = [one for name in roots[0] for one in selecting.queries(name, served.own)]
    in_order = sorted(roots[1], key=lambda name: (name in LAST, list(roots[1]).index(name)))

    with httpx.Client(timeout=60, trust_env=False) as http:
        asking = Asking(served, http)
        for source, variables in documents:
            asking.by_several(source, variables)
        before = asking.asked.total()
        for name in in_order:
            asking.with_sound_input(name)
        asking.sent = asking.asked.total() - before
        for name in in_order:
            asking.with_spoiled_input(name)

    assert not asking.found, "\n\n".join(asking.found)
    assert {name for name in in_order if not asking.taken[ADMINISTRATOR, name]} == FOR_OTHERS.keys()
    assert all(asking.taken[APP, name] for name in FOR_OTHERS)
    assert fields() - asking.met == {(kind, name) for kind, name in fields() if kind in TOLD}
    assert {kind for kind, _ in asking.reasons} == {kind for kind, _ in fields() if kind.endswith("Refused")}
    assert len(asking.reasons) >= LEAST_REASONS, sorted(asking.reasons)
    assert asking.asked.keys() == served.askers.keys()
    total = asking.sent + (len(documents) + MANY * len(in_order)) * ROLES
    assert asking.asked.total() == total or not WHOLE
    tell(
        Row(
            "Hypothesis",
            f"hypothesis {version('hypothesis')}, hypothesis-graphql {version('hypothesis-graphql')}",
            "every field on rows, every mutation with input that it takes, whole and spoiled: no fault, no leak",
            total,
            total,
            [
                f"each of {len(asking.met):,} fields of objects was in an answer",
                f"each of {len(in_order)} mutations was carried out, {len(FOR_OTHERS)} of them for an app",
                f"refusals of each type, for {len(asking.reasons)} reasons in all",
            ],
        )
    )


def taken(answer, name):
    payload = (answer.get("data") or {}).get(name)
    return bool(payload) and not refusals(payload)


def reason(refusal):
    """Its value, whatever its name is in the document that asked for all of it."""
    return refusal.get(f"{refusal['__typename']}_reason")


def leaves(value, path=()):
    """What stands in an input, with the path to it."""
    within = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for step, inner in within:
        yield from leaves(inner, (*path, step))
    if not isinstance(value, list | dict):
        yield path, value


def fields():
    """Every field of every type of object, with the type that it is of."""
    of_all = [kind for name, kind in schema().type_map.items() if is_object_type(kind) and not name.startswith("__")]
    return {(kind.name, name) for kind in of_all if kind is not schema().subscription_type for name in kind.fields}


class Asking:
    """`taken`: what was, by who asked which mutation. `met`: fields that were there. `reasons`: those of refusals."""

    def __init__(self, served, http):
        self.served, self.http = served, http
        self.turns, self.asked, self.sent = deque(served.askers), Counter(), 0
        self.taken, self.met, self.reasons, self.found = Counter(), set(), set(), []

    def by_several(self, source, variables):
        """Somebody else is the first each time: what is done once can't be done again."""
        for who in self.turns if WHOLE else dict.fromkeys((ADMINISTRATOR, self.turns[0])):
            self.ask(who, source, variables)
        self.turns.rotate()

    def with_sound_input(self, name):
        """One input for each thing that the mutation can be asked for. Each is sent twice."""
        source = selecting.mutation(name)
        for whole in self.served.sound.inputs(name):
            for who in (ADMINISTRATOR, APP) if name in FOR_OTHERS else (ADMINISTRATOR,):
                answers = [self.ask(who, source, {"input": whole}) for _ in range(2)]
                self.taken[who, name] += any(taken(answer, name) for answer in answers)
            self.with_what_is_refused(name, source, whole)

    def with_what_is_refused(self, name, source, whole):
        """The input once for each id and key in it, which then names nothing, and for each field with a bad value."""
        kind = get_named_type(schema().mutation_type.fields[name].args["input"].type)
        for field in (field for field in REFUSED if field in kind.fields):
            self.ask(APP, source, {"input": {**whole, field: REFUSED[field]}})
        for path, value in leaves(whole):
            if NAMES_A_ROW.fullmatch(str(value)):
                self.ask(APP, source, {"input": put(whole, path, value[:4] + NOBODYS)})
            elif path[-1] == "key" and "customFields" in path:
                self.ask(APP, source, {"input": put(whole, path, "unknown")})

    def with_spoiled_input(self, name):
        """In up to three places at once; lists that are too long would multiply."""
        kind = schema().mutation_type.fields[name].args["input"].type
        every = spoiled(kind, ("input",), self.served.own["Tenant"][0])
        places = [bad for bad in every if bad.value is not TOO_MANY]
        mostly = [bad for bad in places if not bad.never] or places
        ways = [st.sampled_from(mostly), st.sampled_from(mostly), st.sampled_from(places)]
        documents = mutations(schema(), self.served.own, (name,), open_input=True)

        @generated(MANY if WHOLE else FEW)
        @given(documents, st.integers(0, 5), st.lists(st.one_of(ways), max_size=3))
        def ask(document, number, several):
            source, variables = document
            inputs = self.served.sound.inputs(name)
            given = {**variables, "input": inputs[number % len(inputs)]}
            for bad in several:
                given = put(given, bad.path, bad.value)
            self.by_several(source, given)

        ask()

    def ask(self, who, source, variables):
        content = json.dumps({"query": source, "variables": variables})
        headers = {**self.served.askers[who], "content-type": "application/json"}
        response = self.http.post(self.served.url, content=content, headers=headers)
        body = response.json()
        self.asked[who] += 1
        wrong = faults(response.status_code, body, source, variables, self.met)
        self.found.extend(f"as {who}: {fault}\n{source}\n{variables}"[:3000] for fault in wrong)
        self.reasons |= {(one["__typename"], reason(one)) for one in refusals(body.get("data")) if reason(one)}
        return body
