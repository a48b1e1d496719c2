"""What mutations read from their input, before any command is called."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError, get_named_type

from api import ids
from api.engine.documents import RequestError, parsed
from api.mutations import ACCESS, NOBODY, Command, changes, permit
from api.people.people import Person
from api.permissions import ADMINS, STAFF, Access
from api.schema import schema
from api.words import enum
from tenants.keys import Role
from tenants.records import Word
from tenants.registry import Tenant
from tenants.viewer import Viewer
from tests.conftest import NOW
from tests.processes import REPOSITORY

TENANT = Tenant(slug="acme", name="Acme", display_name="Acme", created_at=NOW)
ME, OTHER = uuid.UUID("0192f0c1-aaaa-7bbb-8ccc-eeeeeeeeeeee"), uuid.UUID("0192f0c1-aaaa-7bbb-8ccc-dddddddddddd")
LEARNER = Viewer(TENANT, ME, roles=frozenset({Role.LEARNER}))
COORDINATOR = Viewer(TENANT, ME, roles=frozenset({Role.COORDINATOR}))
APP = Viewer(TENANT, app_id=uuid.uuid4(), scopes=frozenset({"people:write"}))
OTHERS = Access(STAFF, "people:write")


@dataclass
class Given:
    id: str = "per_1"
    title: Any = strawberry.UNSET
    external_ref: Any = strawberry.UNSET


def command(viewer):
    schema()
    return Command(viewer, NOW, NOW, None)


# Changes.


def test_what_is_left_out_is_no_change():
    assert changes(Given(), clearable={"external_ref"}) == {}


def test_what_is_said_is_a_change_and_null_one_where_there_may_be_nothing():
    assert changes(Given(title="", external_ref=None), clearable={"external_ref"}) == {
        "title": "",
        "external_ref": None,
    }


def test_null_is_refused_where_there_must_be_something():
    with pytest.raises(GraphQLError) as refused:
        changes(Given(external_ref=None))

    assert refused.value.extensions == {"code": "BAD_USER_INPUT"}
    assert refused.value.message.startswith("`input.externalRef` can be changed but not taken away")


# Ids.


@pytest.mark.parametrize("row", [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), ME])
def test_a_global_id_names_its_row(row):
    assert ids.decode("per", ids.encode("per", row)) == row
    assert command(LEARNER).row(Person, ids.encode("per", row)) == row


@pytest.mark.parametrize(
    "text",
    [
        "",
        "per",
        "per_",
        f"per_{ME}",
        f"ses_{ME.hex}",
        f"PER_{ME.hex}",
        f"per_{ME.hex.upper()}x",
        f"per_{ME.hex}\n",
        f" per_{ME.hex}",
        f"per_{ME.hex}0",
        f"per_{ME.hex[:-1]}",
        f"per_{'g' * 32}",
        "per_" + "\u0661" * 32,
    ],
)
def test_what_is_no_id_of_the_type_is_one_that_nobody_has(text):
    assert ids.decode("per", text) is None
    assert command(LEARNER).row(Person, text) == NOBODY


def test_no_id_names_no_row():
    assert command(LEARNER).row_or_none(Person, None) is None
    assert command(LEARNER).row_or_none(Person, "x") == NOBODY


# For whom.


def test_who_names_nobody_means_themselves():
    assert command(LEARNER).person(Person, None, others=OTHERS) == ME


def test_who_names_themselves_means_themselves():
    assert command(LEARNER).person(Person, ids.encode("per", ME), others=OTHERS) == ME


@pytest.mark.parametrize("viewer", [COORDINATOR, APP])
def test_who_may_acts_for_others(viewer):
    assert command(viewer).person(Person, ids.encode("per", OTHER), others=OTHERS) == OTHER


@pytest.mark.parametrize("text", [ids.encode("per", OTHER), "", "x"])
def test_who_may_not_acts_for_themselves_only(text):
    with pytest.raises(GraphQLError, match="leave `authorId` out") as refused:
        command(LEARNER).person(Person, text, others=OTHERS, field="authorId")

    assert refused.value.extensions == {"code": "FORBIDDEN"}


def test_an_app_says_for_whom():
    with pytest.raises(GraphQLError, match="Say for whom, by `personId`"):
        command(APP).person(Person, None, others=OTHERS)


# Who may call.


@pytest.mark.parametrize(
    ("viewer", "code"), [(Viewer(TENANT), "UNAUTHENTICATED"), (LEARNER, "FORBIDDEN"), (APP, "FORBIDDEN")]
)
def test_who_may_not_call_is_told_who_may(viewer, code):
    with pytest.raises(GraphQLError) as refused:
        permit(viewer, Access(ADMINS, "settings:write"), "moveClock")

    assert refused.value.extensions == {"code": code}
    assert "`moveClock`" in refused.value.message


def test_who_may_call_is_let_in():
    permit(COORDINATOR, OTHERS, "createPerson")
    permit(APP, OTHERS, "createPerson")


# The schema.


def test_every_mutation_answers_with_a_union_of_its_row_and_its_refusals():
    core = schema()
    refused = core.type_map["Refused"]
    for name in ACCESS:
        result = get_named_type(core.mutation_type.fields[name].type)
        row, *refusals = result.types

        assert result.name.endswith("Result")
        assert refused not in row.interfaces
        assert refusals
        assert all(refused in refusal.interfaces for refusal in refusals)


def test_every_refusal_of_every_mutation_is_read_by_what_all_have():
    core = schema()
    for name, field in core.mutation_type.fields.items():
        assert faults(asking(name, field, "__typename ... on Refused { code message field retryable }")) == [], name


def test_reasons_of_two_kinds_are_read_under_two_names():
    core = schema()
    kinds = {name: get_named_type(field.type).types[1:] for name, field in core.mutation_type.fields.items()}
    several = [name for name, refusals in kinds.items() if len(refusals) > 1]

    assert several
    for name in several:
        field = core.mutation_type.fields[name]
        alike = " ".join(f"... on {kind} {{ reason }}" for kind in kinds[name])
        apart = " ".join(f"... on {kind} {{ {kind}: reason }}" for kind in kinds[name])
        [fault] = faults(asking(name, field, alike))
        assert fault.startswith("Fields 'reason' conflict because they return conflicting types"), name
        assert faults(asking(name, field, apart)) == [], name


def test_what_is_told_of_writes_is_as_it_is():
    told = (REPOSITORY / "docs" / "writes.md").read_text()
    examples = re.findall(r"```graphql\n(.*?)```", told, re.DOTALL)

    assert len(examples) > 1
    assert [faults(example) for example in examples] == [[]] * len(examples)


def asking(name, field, selection):
    variables = ", ".join(f"${argument}: {given.type}" for argument, given in field.args.items())
    given = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    return f"mutation ({variables}) {{ {name}({given}) {{ {selection} }} }}"


def faults(document):
    """What the API finds wrong with a document."""
    try:
        parsed(schema(), document)
    except RequestError as no:
        return [error.message for error in no.errors]
    return []


def test_every_mutation_takes_one_input_and_can_be_rehearsed():
    core = schema()
    for name in ACCESS:
        assert core.mutation_type.fields[name].args.keys() == {"input", "dryRun"}


def test_every_word_has_a_meaning():
    words = Word("Color", ["RED", "BLUE"])

    with pytest.raises(TypeError, match="Color: describe each of RED, BLUE"):
        enum(words, "Color", "A color.", RED="Like blood.")
